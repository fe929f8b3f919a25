// Groups, ranking, heads and progress of the npm package, with a model made in the test.

import type { Page } from "@playwright/test";
import { expect, test as base } from "./support/library";
import { GROUPS, head, HEAD_LABELS, LABELS, MODEL, RANKED, sha256 } from "./support/tiny-model";

interface Files {
  model: Uint8Array<ArrayBuffer>;
  head: Uint8Array<ArrayBuffer>;
  wrongHead: Uint8Array<ArrayBuffer>;
}
declare const files: Files;

/** A page with the files as bytes. */
const test = base.extend<{ tiny: Page }>({
  tiny: async ({ library }, use) => {
    const texts = [MODEL, head(), head("0".repeat(64))].map((bytes) => bytes.toString("base64"));
    await library.evaluate((base64) => {
      const bytes = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const [model, head, wrongHead] = base64.map(bytes);
      Object.assign(globalThis, { files: { model, head, wrongHead } });
    }, texts);
    await use(library);
  },
});

test("a specific label comes before its general ones, and groups are ranked", async ({ tiny }) => {
  const { info, prediction, update } = await tiny.evaluate(async () => {
    const classifier = await api.Classifier.load({ model: files.model });
    const [prediction] = await classifier.classify(tone(2, 16000), 16000);
    const stream = await classifier.stream(16000);
    const { updates } = await stream.push(tone(3, 16000));
    return { info: classifier.info, prediction: prediction!, update: updates.at(-1)! };
  });
  expect(info.base).toBe("pets");
  expect(info.sha256).toBe(sha256(MODEL));
  expect(info.embeddingSize).toBe(LABELS.length);
  expect(info.logScale).toBe("natural");
  expect(info.groups).toEqual(GROUPS);
  expect(info.labelGroups).toEqual(LABELS.map(({ group }) => group));
  for (const { categories, groups } of [prediction, update]) {
    expect(categories.map(({ label }) => label).slice(0, RANKED.length)).toEqual(RANKED);
    expect(categories).toHaveLength(LABELS.length);
    const [purr, cat, animal] = categories;
    expect(purr!.score).toBeLessThan(cat!.score);
    expect([purr!.group, cat!.group, animal!.group]).toEqual(["Cat", "Cat", "Animals"]);
    // "Animal" does not count for its group's score, because the cat is more specific.
    expect(groups.map(({ name, icon }) => ({ name, icon }))).toEqual([GROUPS[1], GROUPS[2], GROUPS[0]]);
    expect(groups.map(({ score }) => score)).toEqual([cat!.score, expect.closeTo(1 / (1 + Math.exp(3)), 4), 0]);
  }
});

test("a model without groups has none", async ({ library }) => {
  const { info, prediction } = await library.evaluate(async () => {
    const classifier = await api.Classifier.load({ model: "/dist/models/urban-tiny.onnx" });
    const [prediction] = await classifier.classify(tone(1, 16000), 16000);
    return { info: classifier.info, prediction: prediction! };
  });
  expect(info).toMatchObject({ groups: [], labelGroups: [], embeddingSize: null, logScale: "decibel", base: info.name });
  expect(prediction.groups).toEqual([]);
  expect(prediction.categories.every(({ group }) => group === undefined)).toBe(true);
});

test("a head adds its labels to the model, from bytes, a response or an address", async ({ tiny }) => {
  const results = await tiny.evaluate(async () => {
    const address = URL.createObjectURL(new Blob([files.head]));
    const sources = [files.head, await fetch(address), address, new URL(address)];
    return Promise.all(
      sources.map(async (head) => {
        const classifier = await api.Classifier.load({ model: files.model, head });
        const [prediction] = await classifier.classify(tone(2, 16000), 16000);
        const { name, base, labels, rejectionThresholds } = classifier.info;
        return { name, base, labels, thresholds: [...rejectionThresholds], best: prediction!.categories[0] };
      }),
    );
  });
  expect(results).toHaveLength(4);
  for (const { best, thresholds, ...info } of results) {
    expect(thresholds).toEqual([...HEAD_LABELS.map(() => 0), ...LABELS.map(() => expect.closeTo(0.2, 6))]);
    expect(info).toEqual({ name: "pet", base: "pets", labels: [...HEAD_LABELS, ...LABELS.map(({ label }) => label)] });
    expect(best).toMatchObject({ label: HEAD_LABELS[0], index: 0, source: "head" });
    expect(best!.score).toBeCloseTo(1 / (1 + Math.exp(-6)), 4);
  }
});

test("headOnly gives only the head's labels, and needs a head", async ({ tiny }) => {
  const { labels, scores, code } = await tiny.evaluate(async () => {
    const classifier = await api.Classifier.load({ model: files.model, head: files.head, headOnly: true });
    const [prediction] = await classifier.classify(tone(2, 16000), 16000);
    const { code } = await codeOf(() => api.Classifier.load({ model: files.model, headOnly: true }));
    return { labels: [...classifier.labels], scores: prediction!.categories.map(({ score }) => score), code };
  });
  expect(labels).toEqual(HEAD_LABELS);
  expect(scores[0]! + scores[1]!).toBeCloseTo(1, 4);
  expect(code).toBe("config");
});

test("a microphone with a head", async ({ tiny }) => {
  const labels = await tiny.evaluate(async () => {
    let best = "";
    const mic = await api.listen(({ categories }) => (best = categories[0]!.label), {
      model: files.model,
      head: files.head,
    });
    while (best === "") await new Promise((resolve) => setTimeout(resolve, 20));
    const { labels } = mic;
    await mic.close();
    return { labels, best };
  });
  expect(labels.labels.slice(0, HEAD_LABELS.length)).toEqual(HEAD_LABELS);
  expect(labels.best).toBe(HEAD_LABELS[0]);
});

test("a head that does not fit, or is not a head, is refused with its code", async ({ tiny }) => {
  const results = await tiny.evaluate(async () => {
    const load = (head: Uint8Array<ArrayBuffer> | string) =>
      codeOf(() => api.Classifier.load({ model: files.model, head }));
    return {
      wrong: await load(files.wrongHead),
      other: await codeOf(() => api.Classifier.load({ head: files.head })),
      noise: await load(new Uint8Array(100).fill(7)),
      missing: await load("/none.head.json"),
      html: await load("/"),
    };
  });
  expect(results.wrong).toMatchObject({ code: "head-mismatch", message: expect.stringContaining("pets") });
  expect(results.other).toMatchObject({ code: "head-mismatch", message: expect.stringContaining("pets") });
  expect(results.noise.code).toBe("head-format");
  expect(results.missing).toMatchObject({ code: "model-fetch", message: expect.stringContaining("404") });
  expect(results.html).toMatchObject({ code: "model-fetch", message: expect.stringContaining("this is HTML, not JSON") });
});

test("loading reports its progress", async ({ library }) => {
  const { calls, total, unknown } = await library.evaluate(async () => {
    const follow = async (model: URL | Response) => {
      const calls: [number, number | undefined][] = [];
      const classifier = await api.Classifier.load({ model, onProgress: (...call) => calls.push(call) });
      classifier.close();
      return calls;
    };
    const address = new URL("/dist/models/urban-tiny.onnx", location.href);
    const bytes = await (await fetch(address)).arrayBuffer();
    // Only for bytes from a server is the length known in advance.
    const stream = new Blob([bytes]).stream();
    return {
      calls: await follow(await fetch(address)),
      total: bytes.byteLength,
      unknown: await follow(new Response(stream)),
    };
  });
  for (const part of [calls, unknown]) {
    const loaded = part.map(([bytes]) => bytes);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(loaded.every((bytes) => bytes > 0)).toBe(true);
    expect(part.at(-1)).toEqual([total, total]);
  }
  expect(calls.length).toBeGreaterThan(1);
  expect(unknown.slice(0, -1).every(([, size]) => size === undefined)).toBe(true);
});

test("a microphone switched to another model has its labels and its unit", async ({ tiny }) => {
  const result = await tiny.evaluate(async () => {
    const seen: { best: string; time: number; dropped: number }[] = [];
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const mic = await api.listen(({ categories, time, dropped }) => {
      seen.push({ best: categories[0]!.label, time, dropped });
    });
    await until(() => seen.length > 1);
    const before = { count: mic.labels.length, unit: mic.info.logScale };
    const second = await api.Classifier.load({ model: files.model });
    await mic.use(second);
    const atSwitch = seen.length;
    await until(() => seen.length > atSwitch + 3);
    const after = { labels: mic.labels, unit: mic.info.logScale, name: mic.info.name };
    await mic.close();
    return { before, after, later: seen.slice(atSwitch), times: seen.map(({ time }) => time) };
  });
  expect(result.before).toEqual({ count: 527, unit: "natural" });
  expect(result.after).toEqual({ labels: LABELS.map(({ label }) => label), unit: "natural", name: "pets" });
  for (const { best, dropped } of result.later) expect({ best, dropped }).toEqual({ best: RANKED[0], dropped: 0 });
  expect(result.times).toEqual([...result.times].sort((a, b) => a - b));
});
