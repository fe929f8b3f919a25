// The packed package in Node: the browser's scores, and everything else a program needs.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { classifyNatively } from "../e2e/support/command-line";
import { SYNTHESISED } from "../e2e/support/synthesis";
import { GENERAL_MODEL, RANKED } from "../e2e/support/tiny-model";
import { writeWav } from "../e2e/support/wav";
import { APPS, exampleFolder } from "./support/apps";
import { expect, SIREN, test } from "./support/package-page";

/** Runs a module that uses the package and returns its output, as JSON. */
async function inNode<T>(script: string, ...args: string[]): Promise<T> {
  const preamble = `import { Classifier, openRecording, SoundError, Teacher } from "sourcing-sound/node";
    const codeOf = async (work) => {
      try { await work(); return "none"; } catch (e) { return e instanceof SoundError ? e.code : String(e); }
    };
    const args = process.argv.slice(1);`;
  const options = { cwd: APPS, encoding: "utf8" as const, maxBuffer: 64 * 1024 * 1024 };
  const node = ["--input-type=module", "--eval", preamble + script, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, node, options);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as T;
}

type Scores = Record<string, number>[];

function expectAlike(given: Scores, wanted: Scores, name: string): void {
  expect(given, name).toHaveLength(wanted.length);
  // One comparison for all: each call of `expect` is a step of the report, and there are 527 scores in every segment.
  const differences = wanted.flatMap((scores, i) =>
    Object.entries(scores).map(([label, score]) => ({ label, segment: i, by: Math.abs(given[i]![label]! - score) })),
  );
  expect(differences.filter(({ by }) => !(by <= 1e-4)), name).toEqual([]);
}

for (const [name, synthesised] of Object.entries(SYNTHESISED)) {
  test(`scores of ${name} are the browser's, and the command line's`, async ({ library }) => {
    const wav = writeWav(`node-${name}.wav`, synthesised);
    const node = await inNode<{ file: Scores; samples: Scores; raw: Scores }>(
      `const scores = (predictions) => predictions.map((p) => Object.fromEntries(p.categories.map((c) => [c.label, c.score])));
      const classifier = await Classifier.load();
      const reader = await openRecording(args[0]);
      const pieces = [];
      for await (const piece of reader.pieces()) pieces.push(...piece);
      const file = scores(await classifier.classify(args[0]));
      const samples = scores(await classifier.classify(Float32Array.from(pieces), reader.sampleRate));
      const integers = Int16Array.from(pieces, (sample) => Math.round(sample * 32768));
      const raw = scores(await classifier.classify(integers, reader.sampleRate));
      console.log(JSON.stringify({ file, samples, raw }));`,
      wav,
    );
    const browser = await library.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const classifier = await sound.Classifier.load();
      const predictions = await classifier.classify(bytes);
      classifier.close();
      return predictions.map((p) => Object.fromEntries(p.categories.map((c) => [c.label, c.score])));
    }, readFileSync(wav).toString("base64"));
    expectAlike(node.file, browser, `${name}, file`);
    expectAlike(node.samples, browser, `${name}, samples`);
    expectAlike(node.raw, browser, `${name}, 16-bit samples`);
    expectAlike(node.file, classifyNatively(wav).segments.map(({ scores }) => scores), `${name}, command line`);
  });
}

test("recordings, models and heads can be a path, an address, bytes or a blob", async () => {
  const counts = await inNode<Record<string, number | string | boolean>>(
    `import { readFileSync } from "node:fs";
    import { pathToFileURL } from "node:url";
    import everyday from "sourcing-sound/models/everyday.js";
    import urban from "sourcing-sound/models/urban.js";
    const classifier = await Classifier.load();
    const [path] = args;
    const bytes = readFileSync(path);
    const count = async (recording) => (await classifier.classify(recording)).length;
    const counts = {
      path: await count(path),
      address: await count(pathToFileURL(path)),
      buffer: await count(bytes),
      arrayBuffer: await count(new Uint8Array(bytes).buffer),
      blob: await count(new Blob([bytes])),
    };
    const big = await Classifier.load({ model: everyday, head: urban });
    counts.base = big.info.base;
    counts.labels = big.info.headLabels;
    const [joint] = await big.classify(path);
    counts.best = joint.categories[0].label;
    counts.head = joint.categories.filter(({ source }) => source === "head").length;
    counts.others = joint.categories.some(({ source, label }) => source === "base" && label === "Speech");
    const only = await Classifier.load({ head: urban, headOnly: true });
    counts.only = only.labels.length;
    counts.sources = [...new Set((await only.classify(path))[0].categories.map(({ source }) => source))].join();
    console.log(JSON.stringify(counts));`,
    SIREN,
  );
  const { length } = classifyNatively(SIREN).segments;
  const all = { path: length, address: length, buffer: length, arrayBuffer: length, blob: length };
  const joint = { labels: 10, best: expect.stringMatching(/siren/i), head: 10, others: true };
  expect(counts).toEqual({ ...all, base: "everyday", ...joint, only: 10, sources: "head" });
});

test("a head taught in Node has the command line's scores", async () => {
  const [horn, clicks] = ["two-tone-horn", "fast-clicks"].map((name) => writeWav(`taught-${name}.wav`, SYNTHESISED[name]!));
  const head = join(APPS, "taught.sound.json");
  const node = await inNode<{ examples: number; labels: string[]; merged: number; silent: string; aborted: string; scores: Scores }>(
    `import { readFileSync, writeFileSync } from "node:fs";
    const [horn, clicks, path] = args;
    const base = await Classifier.load();
    const teacher = new Teacher(base);
    await teacher.add("my horn", horn);
    await teacher.add("my clicks", new Blob([readFileSync(clicks)]));
    const { head, report } = await teacher.train({ name: "mine" });
    writeFileSync(path, head);
    const classifier = await Classifier.load({ head: path });
    const other = new Teacher(classifier);
    console.log(JSON.stringify({
      examples: teacher.examples.length,
      labels: report.labels.map(({ label }) => label),
      merged: await other.merge(path),
      silent: await codeOf(() => other.add("x", new Float32Array(16000), 16000)),
      aborted: await codeOf(() => other.train({ signal: AbortSignal.abort() })),
      scores: (await classifier.classify(horn)).map((p) => Object.fromEntries(p.categories.map((c) => [c.label, c.score]))),
    }));`,
    horn!,
    clicks!,
    head,
  );
  expect(node).toMatchObject({ examples: 4, labels: ["my horn", "my clicks"], merged: 4, silent: "audio-silent", aborted: "aborted" });
  const native = classifyNatively(horn!, undefined, head).segments.map(({ scores }) => scores);
  expect(Object.keys(native[0]!)).toContain("my horn");
  expectAlike(node.scores, native, "command line");
});

test("a model with operators that the package's own engine lacks runs on the general one", async () => {
  const path = join(APPS, "odd.onnx");
  writeFileSync(path, GENERAL_MODEL);
  const result = await inNode<{ engines: string[]; best: string[]; finite: boolean }>(
    `const usual = await Classifier.load();
    const general = await Classifier.load({ model: args[0] });
    const [{ categories }] = await general.classify(args[1]);
    console.log(JSON.stringify({
      engines: [usual.info.engine, general.info.engine],
      best: categories.slice(0, 3).map(({ label }) => label),
      finite: categories.every(({ score }) => Number.isFinite(score)),
    }));`,
    path,
    SIREN,
  );
  expect(result).toEqual({ engines: ["lean", "general"], best: RANKED.slice(0, 3), finite: true });
});

test("every error has its code", async () => {
  const folder = join(APPS, "node_modules");
  const text = join(APPS, "no-sound.wav");
  writeFileSync(text, "no sound at all");
  const codes = await inNode<Record<string, string>>(
    `const classifier = await Classifier.load();
    const [folder, text] = args;
    const codes = {
      missing: await codeOf(() => classifier.classify("/no/such/file.wav")),
      folder: await codeOf(() => classifier.classify(folder)),
      text: await codeOf(() => classifier.classify(text)),
      otherMachine: await codeOf(() => classifier.classify(new URL("file://elsewhere/a.wav"))),
      modelElsewhere: await codeOf(() => Classifier.load({ model: new URL("file://elsewhere/a.onnx") })),
      network: await codeOf(() => classifier.classify(new URL("https://example.org/a.wav"))),
      nothing: await codeOf(() => classifier.classify(new Uint8Array(0))),
      rateless: await codeOf(() => classifier.classify(new Float32Array(16000))),
      rate: await codeOf(() => classifier.classify(new Float32Array(16000), 3)),
      nan: await codeOf(() => classifier.classify(new Float32Array(16000).fill(NaN), 16000)),
      doubles: await codeOf(() => classifier.classify(new Float64Array(16000), 16000)),
      object: await codeOf(() => classifier.classify({})),
      option: await codeOf(() => classifier.classify(text, { hop: 1 })),
      aborted: await codeOf(() => classifier.classify(new Float32Array(1e6), 16000, { signal: AbortSignal.timeout(1) })),
      model: await codeOf(() => Classifier.load({ model: "/no/such/model.onnx" })),
      modelFormat: await codeOf(() => Classifier.load({ model: text })),
      head: await codeOf(() => Classifier.load({ head: "/no/such.head.json" })),
      headOnly: await codeOf(() => Classifier.load({ headOnly: true })),
      worker: await codeOf(() => Classifier.load({ worker: "x" })),
    };
    classifier.close();
    classifier.close();
    codes.closed = await codeOf(() => classifier.classify(new Float32Array(16000), 16000));
    console.log(JSON.stringify(codes));`,
    folder,
    text,
  );
  expect(codes).toEqual({
    missing: "audio-read",
    folder: "audio-read",
    text: "audio-format",
    otherMachine: "audio-read",
    modelElsewhere: "model-fetch",
    network: "audio-read",
    nothing: "audio-empty",
    rateless: "audio-rate",
    rate: "audio-rate",
    nan: "audio-non-finite",
    doubles: "config",
    object: "config",
    option: "config",
    aborted: "aborted",
    model: "model-fetch",
    modelFormat: "model-format",
    head: "model-fetch",
    headOnly: "config",
    worker: "config",
    closed: "aborted",
  });
});

test("a program continues during a call, and ends even if a classifier is open", async () => {
  const result = await inNode<{ ticks: number; updates: number }>(
    `const classifier = await Classifier.load();
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    const stream = await classifier.stream(16000);
    const noise = Float32Array.from({ length: 16000 * 60 }, (_, i) => Math.sin(i * i * 1e-4) * 0.5);
    const { updates } = await stream.push(noise);
    clearInterval(timer);
    console.log(JSON.stringify({ ticks, updates: updates.length }));`,
  );
  expect(result.updates).toBeGreaterThan(100);
  expect(result.ticks).toBeGreaterThan(5);
});

test("the example prints a line for each segment and names what it cannot read", async () => {
  const script = join(exampleFolder("node"), "classify.mjs");
  const run = promisify(execFile)(process.execPath, [script, SIREN, "none.wav"], { encoding: "utf8" });
  const { stdout, stderr, code } = await run.then(
    (output) => ({ ...output, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  );
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(classifyNatively(SIREN).segments.length);
  expect(lines[0]).toMatch(/siren\.wav\t0\.0\t2\.0\t.*siren.* \d\.\d\d$/i);
  expect(stderr).toMatch(/^none\.wav: .*\(audio-read\)\n$/);
  expect(code).toBe(1);
});
