// The npm package by itself.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { PACKAGE } from "./support/environment";

/** Runs a module in Node, without the browser's globals, and returns its output. */
function inNode(script: string): string {
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }).trim();
}

const index = JSON.stringify(pathToFileURL(join(PACKAGE, "dist/index.js")).href);
const wasm = JSON.stringify(pathToFileURL(join(PACKAGE, "wasm/sourcing_sound.js")).href);
const wasmBytes = JSON.stringify(join(PACKAGE, "wasm/sourcing_sound_bg.wasm"));

test("importing it has no side effects", () => {
  const names = inNode(`
    const before = Object.getOwnPropertyNames(globalThis).length;
    const names = Object.keys(await import(${index}));
    if (Object.getOwnPropertyNames(globalThis).length !== before) throw new Error("a global was added");
    console.log(names.sort().join(" "));
  `);
  expect(names).toBe("CORE_CODES Classifier PLATFORM_CODES SoundError Teacher hasRelaxedSimd listen openRecording");
});

test("its table of core error codes matches the core", () => {
  const [ours, theirs] = JSON.parse(
    inNode(`
      import { readFileSync } from "node:fs";
      const { CORE_CODES } = await import(${index});
      const { default: init, errorCodes } = await import(${wasm});
      await init({ module_or_path: readFileSync(${wasmBytes}) });
      console.log(JSON.stringify([CORE_CODES, errorCodes()]));
    `),
  ) as [string[], string[]];
  expect([...ours].sort()).toEqual([...theirs].sort());
});

test("unknown options throw and are named", () => {
  const said = inNode(`
    const { Classifier, listen } = await import(${index});
    for (const call of [() => Classifier.load({ modle: "x" }), () => listen(() => {}, { hopSecond: 1 })]) {
      await call().catch((e) => console.log(e.name, e.code, e.message));
    }
  `);
  expect(said).toMatch(/^SoundError config Classifier.load: unknown option "modle"; known are model, /);
  expect(said).toMatch(/\nSoundError config listen: unknown option "hopSecond"; /);
});

test("outside a browser it names the entry for Node, before it fetches anything", () => {
  const said = inNode(`
    globalThis.fetch = () => console.log("fetched");
    const { Classifier } = await import(${index});
    await Classifier.load().catch((e) => console.log(e.code, e.message));
  `);
  expect(said).toMatch(/^unsupported .*sourcing-sound\/node$/);
});

test("a signal that is already aborted ends the call", () => {
  const said = inNode(`
    const { Classifier, listen } = await import(${index});
    const signal = AbortSignal.abort();
    for (const call of [() => Classifier.load({ signal }), () => listen(() => {}, { signal })]) {
      await call().catch((e) => console.log(e.code));
    }
  `);
  expect(said).toBe("aborted\naborted");
});
