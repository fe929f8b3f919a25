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

/** Prints what axe-core finds, and gives what is serious. What is evaluated is not subject to the page's policy. */
export async function serious(page: Page, where: string): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  const lines = violations.map(
    ({ id, impact, help, nodes }) => `${impact} ${id}: ${help}\n    ${nodes.map(({ html }) => html).join("\n    ")}`,
  );
  for (const line of lines) console.log(`axe, ${where}: ${line}`);
  return lines.filter((_, i) => violations[i]!.impact === "serious" || violations[i]!.impact === "critical");
}
