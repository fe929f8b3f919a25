// Recordings that browsers cannot decode, read by programs that each tool has built: the decoder's worker and module are
// found, also under a path and a strict policy; and in Node.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { classifyNatively } from "../e2e/support/command-line";
import { adpcmWav, au, caf, w64 } from "../e2e/support/rare-formats";
import { serveFolder } from "../e2e/support/static-server";
import { SYNTHESISED } from "../e2e/support/synthesis";
import { APPS, installed, npmRun, serveWith } from "./support/apps";
import { expect, STRICT_POLICY, test } from "./support/stranger";

const BASE = "/some/app/";
const { samples, sampleRate } = SYNTHESISED["siren-sweep"]!;
const SOUND = samples.subarray(0, 3 * sampleRate);
const CAF = caf(sampleRate, [SOUND]);

test.setTimeout(240_000);

/** Reads a file whose bytes the test passes, and counts its samples. */
const READS = `
  import { openRecording } from "sourcing-sound";
  globalThis.read = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const recording = await openRecording(bytes);
    let samples = 0;
    for await (const piece of recording.pieces()) samples += piece.length;
    recording.close();
    return { samples, sampleRate: recording.sampleRate };
  };
  document.title = "ready";`;

declare const read: (base64: string) => Promise<object>;

async function readsOn(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page).toHaveTitle("ready");
  expect(await page.evaluate((base64) => read(base64), CAF.toString("base64"))).toEqual({ samples: SOUND.length, sampleRate });
}

async function served(page: Page, folder: string): Promise<void> {
  const { origin, close } = await serveFolder(folder, { base: BASE, policy: STRICT_POLICY });
  try {
    await readsOn(page, origin + BASE);
  } finally {
    close();
  }
}

const entry = (name: string) => `sourcing-sound-decoder=sourcing-sound/${name}`;
const TOOLS = {
  vite: { example: "microphone", file: "main.js", out: "dist", args: ["build", "--base", "./"] },
  webpack: { example: "webpack", file: "src/index.js", out: ".", args: ["build"] },
  esbuild: { example: "esbuild", file: "main.js", out: ".", args: ["build", entry("decoder"), entry("wasm-decoder")] },
} as const;

for (const [tool, { example, file, out, args }] of Object.entries(TOOLS)) {
  test(`built by ${tool}`, async ({ stranger }) => {
    const name = `${example}-reads`;
    const folder = installed(example, name);
    writeFileSync(join(folder, file), READS);
    const [script, ...options] = args;
    await npmRun(name, [script, ...options]);
    await served(stranger, join(folder, out));
  });
}

test("without a bundler", async ({ stranger }) => {
  const folder = installed("file", "file-reads");
  writeFileSync(join(folder, "main.js"), READS.replace('"sourcing-sound"', '"./node_modules/sourcing-sound/dist/index.js"'));
  await served(stranger, folder);
});

// Version 7 moves scripts of packages away from their files.
for (const [vite, port] of [["vite", 5179], ["vite-7", 5176]] as const) {
  test(`served by ${vite} in development`, async ({ stranger }) => {
    const folder = installed("microphone", `microphone-reads-${vite}`);
    writeFileSync(join(folder, "main.js"), READS);
    const server = await serveWith(vite, ["--port", `${port}`, "--base", BASE], folder);
    try {
      await readsOn(stranger, server.origin + BASE);
    } finally {
      server.stop();
    }
  });
}

test("in Node, with the command line's scores", async ({}, info) => {
  const files = {
    "siren.caf": CAF,
    "siren.au": au(sampleRate, [SOUND]),
    "siren.w64": w64(sampleRate, [SOUND]),
    "siren.wav": adpcmWav(sampleRate, SOUND),
  };
  const paths = Object.entries(files).map(([name, bytes]) => {
    const path = info.outputPath(name);
    writeFileSync(path, bytes);
    return path;
  });
  const script = `
    import { Classifier } from "sourcing-sound/node";
    const classifier = await Classifier.load();
    const all = [];
    for (const path of process.argv.slice(1)) {
      const predictions = await classifier.classify(path);
      all.push(predictions.map(({ categories }) => Object.fromEntries(categories.map(({ label, score }) => [label, score]))));
    }
    console.log(JSON.stringify(all));`;
  const node = ["--input-type=module", "--eval", script, ...paths];
  const options = { cwd: APPS, encoding: "utf8" as const, maxBuffer: 2 ** 26 };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, node, options);
  expect(stderr).toBe("");
  const inNode = JSON.parse(stdout) as Record<string, number>[][];
  paths.forEach((path, i) => {
    const { segments } = classifyNatively(path);
    expect(inNode[i]).toHaveLength(segments.length);
    const differences = segments.flatMap(({ scores }, at) =>
      Object.entries(scores).map(([label, score]) => Math.abs(inNode[i]![at]![label]! - score)),
    );
    expect(Math.max(...differences), path).toBeLessThanOrEqual(1e-4);
  });
});
