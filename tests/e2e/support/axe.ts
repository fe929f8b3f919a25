// The rules of axe-core, on a page as it is shown.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { WWW } from "./environment";

const AXE = readFileSync(join(WWW, "node_modules/axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: "minor" | "moderate" | "serious" | "critical" | null;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Evaluated code is not subject to the page's policy. */
async function violationsOf(page: Page, selector = ":root"): Promise<Violation[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (root) => {
    const { axe } = globalThis as unknown as { axe: { run(root: string): Promise<{ violations: Violation[] }> } };
    return (await axe.run(root)).violations;
  }, selector);
}

/** Whatever axe-core finds in the part that `selector` names, each kind with the first element that has it. */
export async function barriers(page: Page, selector: string): Promise<string[]> {
  return (await violationsOf(page, selector)).map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** Prints all findings of axe-core, and returns the serious ones. */
export async function serious(page: Page, where: string): Promise<string[]> {
  const violations = await violationsOf(page);
  const lines = violations.map(
    ({ id, impact, help, nodes }) => `${impact} ${id}: ${help}\n    ${nodes.map(({ html }) => html).join("\n    ")}`,
  );
  for (const line of lines) console.log(`axe, ${where}: ${line}`);
  return lines.filter((_, i) => violations[i]!.impact === "serious" || violations[i]!.impact === "critical");
}
