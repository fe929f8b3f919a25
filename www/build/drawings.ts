// The drawings of the page's icons without what all of them have in common, which `src/ui/icons.ts` writes around each: the
// script that a first visit waits for is shorter without.

import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";
import { ICON_START, ICON_END } from "../src/ui/icon-markup.js";

const DRAWING = /\/src\/icons\/[^/]+\.svg(?=\?raw$)/;

export function drawings(): Plugin {
  return {
    name: "drawings",
    enforce: "pre",
    async load(id) {
      const [path] = DRAWING.exec(id) ?? [];
      if (path === undefined) return undefined;
      const markup = (await readFile(id.slice(0, -"?raw".length), "utf8")).trim();
      if (!markup.startsWith(ICON_START) || !markup.endsWith(ICON_END)) {
        this.error(`${path}: expected ${ICON_START}…${ICON_END}`);
      }
      return `export default ${JSON.stringify(markup.slice(ICON_START.length, -ICON_END.length))}`;
    },
  };
}
