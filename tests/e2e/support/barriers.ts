// What keeps people from using a part of the page, as axe finds it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { WWW } from "./environment";

interface Axe {
  run(root: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

/** Each kind of barrier in the part that `selector` names, with the first element that has it. */
export async function barriers(page: Page, selector: string): Promise<string[]> {
  await page.evaluate(readFileSync(join(WWW, "node_modules/axe-core/axe.min.js"), "utf8"));
  return page.evaluate(async (root) => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(root);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  }, selector);
}
