// What cannot be taught, and calls that end early: each has its code, and the teacher stays as it was.

import { expect, test } from "./support/teacher";
import { MODEL } from "./support/tiny-model";

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
    const trainBy = async (wasm: string) => {
      const another = new api.Teacher(classifier, { wasm });
      another.restore(teacher.examples);
      return (await codeOf(() => another.train())).code;
    };
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
      restoredNothing: (await codeOf(() => teacher.restore(null as never))).code,
      numbers: await add("x", [0, 0.1], 16000),
      otherModel: (await codeOf(() => new api.Teacher(other).train())).code,
      noEmbedding: (await codeOf(async () => new api.Teacher(await api.Classifier.load({ model: "/dist/models/urban-tiny.onnx" })).add("x", pcm, 16000))).code,
      embedding: (await codeOf(async () => (await api.Classifier.load({ model: "/dist/models/urban-tiny.onnx" })).embed(pcm, 16000))).code,
      backgroundMissing: (await codeOf(() => new api.Teacher(classifier, { background: "/none.json" }).train())).code,
      backgroundWrong: (await codeOf(() => new api.Teacher(classifier, { background: head }).train())).code,
      moduleMissing: await trainBy("/none.wasm"),
      moduleWrong: await trainBy("/dist/sourcing-sound.wasm"),
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
    restoredNothing: "config",
    numbers: "audio-rate",
    otherModel: "head-mismatch",
    noEmbedding: "config",
    embedding: "config",
    backgroundMissing: "model-fetch",
    backgroundWrong: "head-format",
    moduleMissing: "wasm-fetch",
    moduleWrong: "wasm-fetch",
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
    let asked = () => {};
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
      override postMessage(message: { call?: string }, options?: StructuredSerializeOptions | Transferable[]) {
        super.postMessage(message, options as StructuredSerializeOptions);
        if (message.call === "teach") asked();
      }
    };
    const teacher = await twoSounds();
    const { head } = await teacher.train();
    const { code } = await codeOf(async () => {
      const atTheWorker = new Promise<void>((resolve) => (asked = resolve));
      const trained = teacher.train();
      await atTheWorker;
      workers.at(-1)!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
      await trained;
    });
    const again = await teacher.train();
    return { code, workers: workers.length, left: teacher.examples.length, same: `${again.head}` === `${head}` };
  });
  expect(result).toEqual({ code: "worker-crashed", workers: 2, left: 6, same: true });
});

test("the module that trains is fetched when it is first needed, once for all teachers", async ({ teaching }) => {
  const counts = await teaching.evaluate(async () => {
    const count = () =>
      performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("sourcing-sound-teacher.wasm")).length;
    const teacher = await twoSounds();
    const counts = [count()];
    const { head } = await teacher.train();
    counts.push(count());
    const another = new api.Teacher(await api.Classifier.load());
    await another.merge(head);
    await another.train();
    counts.push(count());
    return counts;
  });
  expect(counts).toEqual([0, 1, 1]);
});
