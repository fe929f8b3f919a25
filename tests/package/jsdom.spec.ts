// The packed package in the tests of other people's programs: Vitest and Jest with jsdom.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { APPS, INSTALLED, node, tool } from "./support/apps";

test.setTimeout(120_000);

/** Importing does nothing, and every call has its code. */
const CODES = `
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  const { Classifier, listen, openRecording, SoundError, Teacher } = await import("sourcing-sound");
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
  const codeOf = (work) => work.then(() => "none", (thrown) => (thrown instanceof SoundError ? thrown.code : String(thrown)));

  test("codes", async () => {
    expect(document.body.childElementCount).toBe(0);
    expect(added).toEqual([]);
    expect(typeof Teacher).toBe("function");
    expect(await codeOf(listen(() => undefined))).toBe("insecure-context");
    expect(await codeOf(Classifier.load())).toBe("unsupported");
    expect(await codeOf(openRecording(new File(["x"], "a.wav")))).toBe("wasm-fetch");
  });`;

/** Results without colours. */
const PLAIN = { NO_COLOR: "1", FORCE_COLOR: "0" };

/** A folder with its own configuration, below the installed packages. */
function project(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(APPS, "units", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const all = { "package.json": JSON.stringify({ private: true, type: "module" }), ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text);
  return folder;
}

const VITEST = `export default { test: { environment: "jsdom", globals: true } };`;

test("Vitest with jsdom", async () => {
  const folder = project("vitest", { "sounds.test.js": CODES, "vitest.config.mjs": VITEST });
  expect(await tool("vitest", ["run"], folder, PLAIN)).toMatch(/Tests\s+1 passed/);
});

test("Vitest with the package replaced, as in the guide", async () => {
  const guide = readFileSync(join(INSTALLED, "docs/embedding.md"), "utf8");
  const [, mock] = /^```js\n(import \{ vi \} from "vitest";\n[^]*?)^```/m.exec(guide)!;
  const program = `${mock}
    import { listen } from "sourcing-sound";

    test("replaced", async () => {
      let label = "";
      const microphone = await listen(({ categories: [best] }) => (label = best.label));
      await microphone.close();
      expect(label).toBe("Siren");
    });`;
  const folder = project("replaced", { "sounds.test.js": program, "vitest.config.mjs": VITEST });
  expect(await tool("vitest", ["run"], folder, PLAIN)).toMatch(/Tests\s+1 passed/);
});

test("Jest with jsdom", async () => {
  const configuration = JSON.stringify({ testEnvironment: "jsdom", transform: {} });
  const folder = project("jest", { "sounds.test.js": CODES, "jest.config.json": configuration });
  const jest = join(APPS, "node_modules", "jest", "bin", "jest.js");
  expect(await node(["--experimental-vm-modules", jest], folder, PLAIN)).toMatch(/Tests:\s+1 passed/);
});
