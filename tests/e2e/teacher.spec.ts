// Heads from a few examples of a sound: the npm package's Teacher, in the browser and in Node.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import type { Teacher } from "sourcing-sound";
import { classifyNatively } from "./support/command-line";
import { PACKAGE } from "./support/environment";
import { expect, test as base } from "./support/library";
import { MODEL } from "./support/tiny-model";
import { writeWav } from "./support/wav";

const RATE = 16000;

/** A take of four seconds at 16 kHz. Takes with different seeds differ as recordings of one sound in different rooms do. */
function take(kind: "warble" | "knocks" | "hiss", seed: number): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 9; i += 1) next();
  const [pitch, speed, depth] = [next(), next(), next()];
  let [phase, rumble] = [0, 0];
  return Float32Array.from({ length: 64000 }, (_, i) => {
    const t = i / 16000;
    const noise = next() - 0.5;
    rumble = 0.99 * rumble + 0.1 * noise;
    const hum = 0.03 * Math.sin(2 * Math.PI * 150 * t) + 0.02 * Math.sin(2 * Math.PI * 300 * t);
    const room = [0.02 * noise, 0.1 * rumble, hum][seed % 3]!;
    if (kind === "hiss") return noise * (0.05 + 0.1 * pitch) + room;
    if (kind === "knocks") return 0.8 * Math.exp(-(t % (0.2 + 0.5 * speed)) * (15 + 40 * depth)) * noise + room;
    const hertz = 700 + 1200 * pitch + (100 + 300 * depth) * Math.sin(2 * Math.PI * (2 + 6 * speed) * t);
    phase += (2 * Math.PI * hertz) / 16000;
    return 0.2 * Math.sin(phase) + room;
  });
}

declare global {
  const takeOf: typeof take;
  /** A teacher that has three takes of each of the two sounds. */
  const twoSounds: () => Promise<Teacher>;
}

const test = base.extend<{ teaching: Page }>({
  teaching: async ({ library }, use) => {
    await library.evaluate(`globalThis.takeOf = ${take.toString()}`);
    await library.evaluate(() => {
      const twoSounds = async () => {
        const teacher = new api.Teacher(await api.Classifier.load());
        for (const kind of ["warble", "knocks"] as const) {
          for (const seed of [1, 2, 3]) await teacher.add(`my ${kind}`, takeOf(kind, seed), 16000);
        }
        return teacher;
      };
      Object.assign(globalThis, { twoSounds });
    });
    await use(library);
  },
});

test("two sounds taught by three takes each are recognised in new takes", async ({ teaching }) => {
  const { examples, report, info, best, hiss } = await teaching.evaluate(async () => {
    const teacher = await twoSounds();
    await teacher.background(takeOf("hiss", 1), 16000, { recording: "the fan" });
    const { head, report } = await teacher.train({ name: "mine" });
    const taught = await api.Classifier.load({ head });
    const answers = async (kind: Parameters<typeof takeOf>[0]) => {
      const answers = [];
      for (const seed of [11, 12, 13, 14]) {
        const predictions = await taught.classify(takeOf(kind, seed), 16000, { top: 1 });
        answers.push(...predictions.map(({ rejected, categories }) => (rejected ? "rejected" : categories[0]!.label)));
      }
      return answers;
    };
    return {
      examples: teacher.examples.map(({ label, recording, start, seconds }) => ({ label, recording, start, seconds })),
      report,
      info: taught.info,
      best: [await answers("warble"), await answers("knocks")],
      hiss: await answers("hiss"),
    };
  });
  expect(examples).toHaveLength(7);
  expect(examples[0]).toEqual({ label: "my warble", recording: expect.stringMatching(/^example [0-9a-f]{8}$/), start: 0, seconds: 4 });
  expect(examples[6]).toEqual({ label: undefined, recording: "the fan", start: 0, seconds: 4 });
  expect(new Set(examples.map(({ recording }) => recording)).size).toBe(7);
  expect(report.labels.map(({ label, examples, recordings }) => [label, examples, recordings])).toEqual([
    ["my warble", 3, 3],
    ["my knocks", 3, 3],
  ]);
  for (const { recall, leftOut, others } of report.labels) {
    expect(recall!.of).toBe(3);
    expect(recall!.hits).toBeGreaterThanOrEqual(2);
    expect(recall!.low).toBeLessThan(recall!.hits / 3);
    expect(leftOut).toHaveLength(3);
    expect(others).toBe(4);
  }
  expect(info).toMatchObject({ headLabels: 2, base: "everyday" });
  for (const [i, label] of ["my warble", "my knocks"].entries()) {
    expect(best[i]!).toHaveLength(20);
    // The warble reaches 15; one may be at the threshold on another machine.
    expect(best[i]!.filter((answer) => answer === label).length).toBeGreaterThanOrEqual(14);
    expect(best[1 - i]!).not.toContain(label);
  }
  expect(hiss.filter((label) => label.startsWith("my "))).toEqual([]);
});

test("a file, a blob, bytes and an audio buffer are examples as well, each under a name", async ({ teaching }) => {
  const wav = readFileSync(writeWav("purr.wav", { samples: take("warble", 5), sampleRate: RATE })).toString("base64");
  const { names, digits, sums, pieces, given, long } = await teaching.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const teacher = new api.Teacher(await api.Classifier.load({ head: "/dist/models/urban.head.json" }));
    await teacher.add("purr", new File([bytes], "purr.wav"));
    await teacher.add("purr", new Blob([bytes]));
    await teacher.add(" purr ", bytes, { recording: "Monday" });
    const buffer = new AudioBuffer({ length: 64000, sampleRate: 16000, numberOfChannels: 2 });
    for (const channel of [0, 1]) buffer.copyToChannel(takeOf("warble", 6), channel);
    await teacher.add("purr", buffer);
    const samples = await teacher.add("purr", takeOf("warble", 6), 16000);
    const long = await teacher.background(Float32Array.from({ length: 16000 * 25 }, (_, i) => 0.1 * Math.sin(i * i)), 16000);
    const { examples } = teacher;
    return {
      names: examples.map(({ label, recording }) => `${label}: ${recording}`),
      digits: examples.map(({ sha256 }) => sha256.slice(0, 8)),
      sums: [examples.slice(0, 3), examples.slice(3, 5)].map((same) => new Set(same.map(({ sha256 }) => sha256)).size),
      pieces: samples.length,
      given: samples[0] === examples[4],
      long: long.map(({ start }) => start),
    };
  }, wav);
  // As the model spells it, which knows it.
  const unnamed = (i: number) => `Purr: example ${digits[i]}`;
  expect(names.slice(0, 5)).toEqual(["Purr: purr.wav", unnamed(1), "Purr: Monday", unnamed(3), unnamed(4)]);
  expect(sums).toEqual([1, 1]);
  expect(pieces).toBe(1);
  expect(given).toBe(true);
  expect(names.slice(5)).toEqual(Array(3).fill(`undefined: example ${digits[5]}`));
  expect(long.map((start) => Math.round(start * 10) / 10)).toEqual([0, 8.3, 16.7]);
});

test("a file merged into a fresh teacher, and kept examples, train the same bytes", async ({ teaching }) => {
  const results = await teaching.evaluate(async () => {
    const teacher = await twoSounds();
    const text = async (trained: Teacher) => new TextDecoder().decode((await trained.train({ name: "mine" })).head);
    const first = await text(teacher);
    const file = new File([first], "mine.sound.json");
    const fresh = async () => new api.Teacher(await api.Classifier.load());
    const merged = await fresh();
    const added = [await merged.merge(file), await merged.merge(new TextEncoder().encode(first)), await merged.merge(URL.createObjectURL(file))];
    const restored = await fresh();
    restored.restore(structuredClone(teacher.examples));
    restored.restore(JSON.parse(JSON.stringify(teacher.examples)));
    const count = restored.examples.length;
    const removed = [restored.remove(structuredClone(restored.examples[0]!)), restored.examples.length];
    removed.push(restored.remove(teacher.examples[0]!));
    const less = await text(restored);
    restored.restore(teacher.examples);
    return {
      added,
      count,
      removed,
      same: [await text(teacher), await text(merged)].map((other) => other === first),
      less: less === first,
      order: restored.examples.map(({ label }) => label).at(-1),
    };
  });
  expect(results).toEqual({
    added: [6, 0, 0],
    count: 6,
    removed: [true, 5, false],
    same: [true, true],
    less: false,
    order: "my warble",
  });
});

test("two files whose recordings have the same names stay two when they are merged", async ({ teaching }) => {
  const { counts, names, again } = await teaching.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const file = async (seed: number) => {
      const teacher = new api.Teacher(classifier);
      const { sha256 } = (await teacher.add("x", takeOf("warble", seed), 16000, { recording: "IMG_1.wav" }))[0]!;
      return { head: new Blob([(await teacher.train()).head]), digits: sha256.slice(0, 8) };
    };
    const [first, second] = [await file(1), await file(2)];
    const teacher = new api.Teacher(classifier);
    const counts = [await teacher.merge(first.head), await teacher.merge(second.head)];
    const names = teacher.examples.map(({ recording }) => recording.replace(second.digits, "digits"));
    const again = await teacher.merge(second.head);
    const { labels } = (await teacher.train()).report;
    return { counts: [...counts, labels[0]!.recordings], names, again };
  });
  expect({ counts, names, again }).toEqual({ counts: [1, 1, 2], names: ["IMG_1.wav", "IMG_1.wav (digits)"], again: 0 });
});

test("everything that cannot be taught has its code, and adds nothing", async ({ teaching }) => {
  const { codes, left } = await teaching.evaluate(async (tiny) => {
    const teacher = await twoSounds();
    const classifier = await api.Classifier.load();
    const { head } = await teacher.train();
    const file = JSON.parse(new TextDecoder().decode(head)) as { base: { sha256: string }; examples: Record<string, unknown>[] };
    const [example] = file.examples;
    const changed = (change: object) => JSON.stringify({ ...file, ...change });
    const merge = async (text: string) => (await codeOf(() => teacher.merge(new Blob([text])))).code;
    const add = async (...args: unknown[]) => (await codeOf(() => (teacher.add as (...args: unknown[]) => unknown)(...args))).code;
    const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const other = await api.Classifier.load({ model: bytes(tiny) });
    const nan = btoa(String.fromCharCode(...new Uint8Array(new Uint16Array(1438).fill(0x7e00).buffer)));
    const unrelated = { labels: Array.from({ length: 500_000 }, (_, i) => `label number ${i}`) };
    const pcm = takeOf("warble", 1);
    const codes = {
      silence: await add("x", new Float32Array(16000), 16000),
      quiet: await add("x", new Float32Array(16000).fill(1e-5), 16000),
      noLabel: await add(" ", pcm, 16000),
      notText: await add(7, pcm, 16000),
      noRate: await add("x", pcm),
      wrongRate: await add("x", pcm, 3),
      nan: await add("x", new Float32Array(16000).fill(Number.NaN), 16000),
      blobWithRate: await add("x", new Blob(["x"]), 16000),
      text: await add("x", new Blob(["no sound at all"])),
      option: await add("x", pcm, 16000, { name: "x" }),
      recording: await add("x", pcm, 16000, { recording: 7 }),
      nothing: (await codeOf(() => new api.Teacher(classifier).train())).code,
      trainOption: (await codeOf(() => teacher.train({ nam: "x" } as object))).code,
      teacherOption: (await codeOf(() => new api.Teacher(classifier, { back: "x" } as object))).code,
      restored: (await codeOf(() => teacher.restore([{}] as never))).code,
      otherModel: (await codeOf(() => new api.Teacher(other).train())).code,
      noEmbedding: (await codeOf(async () => new api.Teacher(await api.Classifier.load({ model: "/dist/models/urban-tiny.onnx" })).add("x", pcm, 16000))).code,
      embedding: (await codeOf(async () => (await api.Classifier.load({ model: "/dist/models/urban-tiny.onnx" })).embed(pcm, 16000))).code,
      backgroundMissing: (await codeOf(() => new api.Teacher(classifier, { background: "/none.json" }).train())).code,
      backgroundWrong: (await codeOf(() => new api.Teacher(classifier, { background: head }).train())).code,
      mergeMissing: (await codeOf(() => teacher.merge("/none.json"))).code,
      notJson: await merge("no JSON"),
      empty: await merge(""),
      list: await merge("[]"),
      truncated: await merge(changed({}).slice(0, -100)),
      noExamples: await merge(changed({ examples: undefined })),
      otherBase: await merge(changed({ base: { ...file.base, sha256: "0".repeat(64) } })),
      vectorNan: await merge(changed({ examples: [{ ...example, vector: nan }] })),
      vectorShort: await merge(changed({ examples: [{ ...example, vector: "AAAA" }] })),
      vectorText: await merge(changed({ examples: [{ ...example, vector: "?" }] })),
      startNull: await merge(changed({ examples: [{ ...example, start: null }] })),
      manyExamples: await merge(changed({ examples: Array(10_001).fill({ ...example, vector: "AAAA" }) })),
      manyLabels: await merge(changed(unrelated)),
      large: await merge(`${changed({})}${" ".repeat(64 * 2 ** 20)}`),
    };
    await teacher.train();
    return { codes, left: teacher.examples.length };
  }, MODEL.toString("base64"));
  expect(codes).toEqual({
    silence: "audio-silent",
    quiet: "audio-silent",
    noLabel: "config",
    notText: "config",
    noRate: "audio-rate",
    wrongRate: "audio-rate",
    nan: "audio-non-finite",
    blobWithRate: "audio-rate",
    text: "audio-format",
    option: "config",
    recording: "config",
    nothing: "config",
    trainOption: "config",
    teacherOption: "config",
    restored: "config",
    otherModel: "head-mismatch",
    noEmbedding: "config",
    embedding: "config",
    backgroundMissing: "model-fetch",
    backgroundWrong: "head-format",
    mergeMissing: "model-fetch",
    notJson: "head-format",
    empty: "head-format",
    list: "head-format",
    truncated: "head-format",
    noExamples: "head-format",
    otherBase: "head-mismatch",
    vectorNan: "head-format",
    vectorShort: "head-format",
    vectorText: "head-format",
    startNull: "head-format",
    manyExamples: "limit",
    manyLabels: "head-format",
    large: "limit",
  });
  expect(left).toBe(6);
});

test("a signal ends each call, and nothing is added", async ({ teaching }) => {
  const { codes, left } = await teaching.evaluate(async () => {
    const teacher = await twoSounds();
    const minute = Float32Array.from({ length: 16000 * 60 }, (_, i) => 0.3 * Math.sin(i * i * 1e-4));
    const code = async (work: () => unknown) => (await codeOf(work)).code;
    const soon = () => {
      const controller = new AbortController();
      queueMicrotask(() => controller.abort());
      return controller.signal;
    };
    const codes = [
      await code(() => teacher.add("x", minute, 16000, { signal: soon() })),
      await code(() => teacher.background(minute, 16000, { signal: soon() })),
      await code(() => teacher.add("x", minute, 16000, { signal: AbortSignal.abort() })),
      await code(() => teacher.train({ signal: AbortSignal.abort() })),
      await code(() => {
        const controller = new AbortController();
        const trained = teacher.train({ signal: controller.signal });
        controller.abort();
        return trained;
      }),
    ];
    await teacher.train();
    return { codes, left: teacher.examples.length };
  });
  expect(codes).toEqual(Array(5).fill("aborted"));
  expect(left).toBe(6);
});

test("after a crash of the worker while it trains, it can be trained again", async ({ teaching }) => {
  const result = await teaching.evaluate(async () => {
    const workers: Worker[] = [];
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    };
    const teacher = await twoSounds();
    const { head } = await teacher.train();
    const { code } = await codeOf(async () => {
      const trained = teacher.train();
      // By now the call is at the worker.
      await Promise.resolve().then(() => undefined);
      workers.at(-1)!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
      await trained;
    });
    const again = await teacher.train();
    return { code, workers: workers.length, left: teacher.examples.length, same: `${again.head}` === `${head}` };
  });
  expect(result).toEqual({ code: "worker-crashed", workers: 2, left: 6, same: true });
});

test("the embeddings of a recording are those of its windows", async ({ teaching }) => {
  const wav = readFileSync(writeWav("embed.wav", { samples: take("knocks", 4), sampleRate: RATE })).toString("base64");
  const { size, samples, file } = await teaching.evaluate(async (base64) => {
    const classifier = await api.Classifier.load();
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const plain = (embeddings: { start: number; embedding: Float32Array }[]) =>
      embeddings.map(({ start, embedding }) => ({ start, length: embedding.length, first: embedding[0]! }));
    const pcm = Float32Array.from(takeOf("knocks", 4), (sample) => Math.round(sample * 32767) / 32768);
    return { size: classifier.info.embeddingSize, samples: plain(await classifier.embed(pcm, 16000)), file: plain(await classifier.embed(bytes)) };
  }, wav);
  expect(samples.map(({ start }) => start)).toEqual([0, 0.5, 1, 1.5, 2]);
  expect(samples.every(({ length }) => length === size)).toBe(true);
  expect(file).toEqual(samples);
});

test("a page that does not train loads no background file", async ({ teaching }) => {
  const asked: string[] = [];
  teaching.on("request", (request) => asked.push(request.url().replace(/^.*\//, "")));
  await teaching.evaluate(async () => void (await twoSounds()));
  expect(asked).not.toContain("everyday.background.json");
  await teaching.evaluate(async () => {
    const teacher = await twoSounds();
    await teacher.train();
    await teacher.train();
  });
  expect(asked.filter((name) => name === "everyday.background.json")).toHaveLength(1);
});

type Scores = Record<string, number>[];

/** Runs a module that uses the package in Node, and returns its output, as JSON. */
async function inNode<T>(script: string, ...args: string[]): Promise<T> {
  const entry = JSON.stringify(pathToFileURL(join(PACKAGE, "dist/node.js")).href);
  const preamble = `import { Classifier, SoundError, Teacher } from ${entry}; const args = process.argv.slice(1);`;
  const node = ["--input-type=module", "--eval", preamble + script, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, node, { maxBuffer: 2 ** 26 });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as T;
}

test("Node teaches the same head, and the command line has the same scores by it", async ({ teaching }) => {
  const wavs = (["warble", "knocks"] as const).flatMap((kind) =>
    [1, 2, 3, 4].map((seed) => writeWav(`${kind}-${seed}.wav`, { samples: take(kind, seed), sampleRate: RATE })),
  );
  const taught = wavs.filter((path) => !path.endsWith("-4.wav"));
  const unseen = wavs.filter((path) => path.endsWith("-4.wav"));
  const node = await inNode<{ head: string; scores: Scores[] }>(
    `const [count, ...wavs] = args;
    const teacher = new Teacher(await Classifier.load());
    for (const wav of wavs.slice(0, count)) await teacher.add(/warble/.test(wav) ? "my warble" : "my knocks", wav, { recording: wav.replace(/^.*\\//, "") });
    const { head } = await teacher.train({ name: "mine" });
    const classifier = await Classifier.load({ head });
    const scores = [];
    for (const wav of wavs.slice(count)) {
      const predictions = await classifier.classify(wav);
      scores.push(predictions.map((p) => Object.fromEntries(p.categories.map((c) => [c.label, c.score]))));
    }
    console.log(JSON.stringify({ head: new TextDecoder().decode(head), scores }));`,
    `${taught.length}`,
    ...taught,
    ...unseen,
  );
  const encoded = (paths: string[]) => paths.map((path) => ({ name: path.replace(/^.*\//, ""), base64: readFileSync(path).toString("base64") }));
  const page = await teaching.evaluate(
    async ([taught, unseen]) => {
      const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const teacher = new api.Teacher(await api.Classifier.load());
      for (const { name, base64 } of taught!) await teacher.add(/warble/.test(name) ? "my warble" : "my knocks", new File([bytes(base64)], name));
      const { head } = await teacher.train({ name: "mine" });
      const classifier = await api.Classifier.load({ head });
      const scores = [];
      for (const { base64 } of unseen!) {
        const predictions = await classifier.classify(bytes(base64));
        scores.push(predictions.map((p) => Object.fromEntries(p.categories.map((c) => [c.label, c.score]))));
      }
      return { scores };
    },
    [encoded(taught), encoded(unseen)],
  );
  const file = join(dirname(unseen[0]!), "mine.sound.json");
  writeFileSync(file, node.head);
  unseen.forEach((path, i) => {
    const native = classifyNatively(path, undefined, file).segments.map(({ scores }) => scores);
    expect(native.every((scores) => "my warble" in scores && "my knocks" in scores)).toBe(true);
    for (const [name, given] of [["page", page.scores[i]!], ["Node", node.scores[i]!]] as const) {
      expect(given).toHaveLength(native.length);
      const differences = native.flatMap((scores, n) =>
        Object.entries(scores).map(([label, score]) => ({ label, segment: n, by: Math.abs(given[n]![label]! - score) })),
      );
      expect(differences.filter(({ by }) => !(by <= 1e-4)), `${path}, ${name}`).toEqual([]);
    }
  });
});

test("ten labels with fifty examples each are trained", async ({ teaching }) => {
  test.setTimeout(180_000);
  const { milliseconds, bytes } = await teaching.evaluate(async () => {
    const teacher = new api.Teacher(await api.Classifier.load());
    for (let label = 0; label < 10; label += 1) {
      for (let seed = 1; seed <= 50; seed += 1) {
        const kind = (["warble", "knocks", "hiss"] as const)[label % 3]!;
        // Two seconds keep the test short.
        const pcm = takeOf(kind, label * 100 + seed).slice(0, 32000);
        await teacher.add(`label ${label}`, pcm, 16000);
      }
    }
    await teacher.train();
    const start = performance.now();
    const { head } = await teacher.train();
    return { milliseconds: performance.now() - start, bytes: head.length };
  });
  console.log(`10 labels × 50 examples: trained in ${Math.round(milliseconds)} ms, ${Math.round(bytes / 1000)} kB`);
});
