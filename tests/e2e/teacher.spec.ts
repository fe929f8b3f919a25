// Heads from a few examples of a sound: the npm package's Teacher, in the browser and in Node.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Teacher } from "sourcing-sound";
import { classifyNatively } from "./support/command-line";
import { PACKAGE } from "./support/environment";
import { expect, RATE, take, test } from "./support/teacher";
import { writeWav } from "./support/wav";

test("a classifier in the general module is taught as well, and its head fits the model anywhere", async ({ teaching }) => {
  const { labels, merged, hits } = await teaching.evaluate(async () => {
    const general = await api.Classifier.load({ wasm: "/dist/sourcing-sound-general.wasm" });
    const teacher = new api.Teacher(general);
    for (const seed of [1, 2, 3]) await teacher.add("my warble", takeOf("warble", seed), 16000);
    const { head, report } = await teacher.train();
    const lean = await api.Classifier.load({ head });
    const predictions = await lean.classify(takeOf("warble", 11), 16000, { top: 1 });
    const another = new api.Teacher(lean);
    return {
      labels: report.labels.map(({ label }) => label),
      merged: await another.merge(head),
      hits: predictions.filter(({ rejected, categories }) => !rejected && categories[0]!.label === "my warble").length,
    };
  });
  expect({ labels, merged }).toEqual({ labels: ["my warble"], merged: 3 });
  expect(hits).toBeGreaterThan(0);
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
  // In the model's spelling.
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
