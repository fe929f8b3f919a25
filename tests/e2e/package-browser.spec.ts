// The npm package in the browser without a bundler: its files as they are, on a static host.

import { readFileSync } from "node:fs";
import { expect, test } from "./support/library";
import { writeWav } from "./support/wav";

test("a recording is classified segment by segment", async ({ library }) => {
  const { info, short, long } = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const { info } = classifier;
    const short = await classifier.classify(tone(1, 16000), 16000);
    const long = await classifier.classify(tone(info.segmentSeconds + 2, 44100), 44100, { hopSeconds: 1 });
    classifier.close();
    return { info, short, long };
  });
  expect(short).toHaveLength(1);
  expect(long).toHaveLength(3);
  for (const { categories } of [...short, ...long]) {
    expect(categories.map(({ label }) => label).sort()).toEqual([...info.labels].sort());
    const scores = categories.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    for (const { label, index } of categories) expect(info.labels[index]).toBe(label);
  }
});

test("splitting a stream differently does not change the result", async ({ library }) => {
  const [whole, pieces] = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const pcm = tone(6, 44100);
    const inPieces = async (size: number) => {
      const stream = await classifier.stream(44100);
      const updates = [];
      let columns = 0;
      for (let at = 0; at < pcm.length; at += size) {
        const result = await stream.push(pcm.subarray(at, at + size));
        updates.push(...result.updates);
        columns += result.columns.length;
      }
      updates.push(...(await stream.finish()));
      return { updates, columns };
    };
    return [await inPieces(pcm.length), await inPieces(4096)];
  });
  expect(whole.updates.length).toBeGreaterThan(4);
  expect(whole.columns).toBeGreaterThan(0);
  expect(pieces).toEqual(whole);
});

test("wrong input has the core's codes", async ({ library }) => {
  const codes = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const rates = [0, 7999, 768000, Number.NaN].map((rate) => codeOf(() => classifier.classify(tone(1, 8000), rate)));
    return {
      rates: (await Promise.all(rates)).map(({ code }) => code),
      empty: (await codeOf(() => classifier.classify(new Float32Array(0), 16000))).code,
      nan: (await codeOf(() => classifier.classify(new Float32Array(9).fill(Number.NaN), 16000))).code,
      hop: (await codeOf(() => classifier.classify(tone(1, 8000), 8000, { hopSeconds: -1 }))).code,
      stillWorks: (await classifier.classify(tone(1, 8000), 8000)).length,
    };
  });
  expect(codes).toEqual({
    rates: Array(4).fill("audio-rate"),
    empty: "audio-empty",
    nan: "audio-non-finite",
    hop: "config",
    stillWorks: 1,
  });
});

test("arguments of the wrong type have a code, and harm nothing", async ({ library }) => {
  const { codes, message, stillWorks } = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const pcm = tone(1, 8000);
    // As a program without types might call them.
    const { classify, segments, stream, logMel } = classifier as unknown as Record<string, (...args: unknown[]) => unknown>;
    const { listen } = api as unknown as Record<string, (...args: unknown[]) => unknown>;
    const calls: Record<string, () => unknown> = {
      load: () => api.Classifier.load(null as never),
      loadSignal: () => api.Classifier.load({ signal: {} as AbortSignal }),
      options: () => classify!.call(classifier, pcm, 8000, null),
      signal: () => classify!.call(classifier, pcm, 8000, { signal: {} }),
      hop: () => classify!.call(classifier, pcm, 8000, { hopSeconds: 1n }),
      top: () => classify!.call(classifier, pcm, 8000, { top: Symbol("all") }),
      list: () => classify!.call(classifier, [0, 0.1], 8000),
      doubles: () => classify!.call(classifier, new Float64Array(8000), 8000),
      noRate: () => classify!.call(classifier, pcm),
      segments: () => segments!.call(classifier, 48000n),
      stream: () => stream!.call(classifier, {}),
      logMel: () => logMel!.call(classifier, pcm, "8000"),
      noListener: () => listen!(undefined, { classifier }),
      unusedHead: () => listen!(() => undefined, { classifier, head: "/none.json" }),
      unusedWorker: () => listen!(() => undefined, { classifier, worker: "/none.js" }),
    };
    const codes: Record<string, string> = {};
    for (const [name, call] of Object.entries(calls)) codes[name] = (await codeOf(call)).code;
    const { message } = await codeOf(calls.list!);
    return { codes, message, stillWorks: (await classifier.classify(pcm, 8000)).length };
  });
  const config = ["load", "loadSignal", "options", "signal", "hop", "top", "list", "doubles", "noListener", "unusedHead", "unusedWorker"];
  const rate = ["noRate", "segments", "stream", "logMel"];
  expect(codes).toEqual(Object.fromEntries([...config.map((name) => [name, "config"]), ...rate.map((name) => [name, "audio-rate"])]));
  expect(message).toBe("expected samples as Float32Array or Int16Array");
  expect(stillWorks).toBe(1);
});

test("samples are copied by the call, and a view takes only its part along", async ({ library }) => {
  const { alike, classified, bytes } = await library.evaluate(async () => {
    const bytes = new Set<number>();
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      override postMessage(message: { args: { pcm?: Float32Array } }, options?: StructuredSerializeOptions | Transferable[]) {
        if (message.args.pcm) bytes.add(message.args.pcm.buffer.byteLength);
        super.postMessage(message, options as StructuredSerializeOptions);
      }
    };
    const classifier = await api.Classifier.load();
    const second = tone(1, 16_000);
    const long = new Float32Array(60 * second.length);
    const piece = long.subarray(second.length, 2 * second.length);
    const pushed = async (stream: { push(pcm: Float32Array): Promise<{ columns: Float32Array }> }, waits: boolean) => {
      const results = [];
      for (const gain of [1, 0]) {
        piece.set(second.map((sample) => sample * gain));
        const result = stream.push(piece);
        if (waits) await result;
        results.push(result);
      }
      return (await Promise.all(results)).map(({ columns }) => [...columns]);
    };
    const alike = [];
    for (const open of [() => classifier.stream(16_000), () => classifier.segments(16_000)]) {
      const [waiting, atOnce] = [await pushed(await open(), true), await pushed(await open(), false)];
      alike.push(JSON.stringify(waiting) === JSON.stringify(atOnce));
    }
    piece.set(second);
    const classified = [classifier.classify(piece, 16_000)];
    piece.fill(0);
    classified.push(classifier.classify(second, 16_000));
    const [reused, own] = (await Promise.all(classified)).map((predictions) => JSON.stringify(predictions));
    classifier.close();
    return { alike, classified: reused === own, bytes: [...bytes] };
  });
  expect(alike).toEqual([true, true]);
  expect(classified).toBe(true);
  expect(bytes).toEqual([16_000 * Float32Array.BYTES_PER_ELEMENT]);
});

test("a signal ends the classification of a file that waits behind another call", async ({ library }) => {
  const wav = readFileSync(writeWav("short.wav", { samples: new Float32Array(16_000), sampleRate: 16_000 })).toString("base64");
  const { code, order } = await library.evaluate(async (wav) => {
    const classifier = await api.Classifier.load();
    const file = Uint8Array.from(atob(wav), (c) => c.charCodeAt(0));
    const aborting = new AbortController();
    const order: string[] = [];
    const long = classifier.classify(tone(60, 16_000), 16_000).then(() => order.push("long"));
    const classified = codeOf(() => classifier.classify(file, { signal: aborting.signal }));
    aborting.abort();
    const { code } = await classified;
    order.push("file");
    await long;
    classifier.close();
    return { code, order };
  }, wav);
  expect({ code, order }).toEqual({ code: "aborted", order: ["file", "long"] });
});

test("files can be given as address, response or bytes", async ({ library }) => {
  const names = await library.evaluate(async () => {
    const model = await (await fetch("/dist/models/urban-tiny.onnx")).arrayBuffer();
    const given = [
      { model: "/dist/models/urban-tiny.onnx", wasm: "/dist/sourcing-sound.wasm", worker: "/dist/sourcing-sound-worker.js" },
      { model: new URL("/dist/models/urban-tiny.onnx", location.href) },
      { model: await fetch("/dist/models/urban-tiny.onnx"), wasm: await fetch("/dist/sourcing-sound.wasm") },
      { model: new Uint8Array(model) },
    ];
    const names = [];
    for (const options of given) {
      const classifier = await api.Classifier.load(options);
      names.push(classifier.info.name);
      classifier.close();
    }
    return names;
  });
  expect(new Set(names).size).toBe(1);
});

test("files that cannot be loaded are named", async ({ library }) => {
  const results = await library.evaluate(async () => ({
    model: await codeOf(() => api.Classifier.load({ model: "/none.onnx" })),
    html: await codeOf(() => api.Classifier.load({ model: "/" })),
    wasm: await codeOf(() => api.Classifier.load({ wasm: "/none.wasm" })),
    bytes: await codeOf(() => api.Classifier.load({ wasm: new Uint8Array([1, 2, 3]) })),
    worker: await codeOf(() => api.Classifier.load({ worker: "/none.js" })),
    format: await codeOf(() => api.Classifier.load({ model: new Uint8Array(1000).fill(7) })),
    worklet: await codeOf(() => api.listen(() => undefined, { worklet: "/none.js" })),
  }));
  expect(results.model).toMatchObject({ code: "model-fetch", message: expect.stringMatching(/none\.onnx answered 404/) });
  expect(results.html).toMatchObject({ code: "model-fetch", message: expect.stringContaining("this is HTML, not ONNX") });
  expect(results.wasm).toMatchObject({ code: "wasm-fetch", message: expect.stringMatching(/none\.wasm answered 404/) });
  expect(results.bytes.code).toBe("wasm-fetch");
  expect(results.worker.code).toBe("worker-crashed");
  expect(results.format.code).toBe("model-format");
  expect(results.worklet).toMatchObject({ code: "unsupported", message: expect.stringContaining("none.js") });
});

test("a worker that could not be started again after a crash is started by the next call", async ({ library }) => {
  const result = await library.evaluate(async () => {
    const workers: Worker[] = [];
    let isRefused = false;
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        if (isRefused) throw new DOMException("no memory", "QuotaExceededError");
        super(...args);
        workers.push(this);
      }
    };
    const classifier = await api.Classifier.load();
    isRefused = true;
    workers[0]!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
    const { code } = await codeOf(() => classifier.classify(tone(1, 16_000), 16_000));
    isRefused = false;
    const { length } = await classifier.classify(tone(1, 16_000), 16_000);
    classifier.close();
    return { code, predictions: length, workers: workers.length };
  });
  expect(result).toEqual({ code: "worker-crashed", predictions: 1, workers: 2 });
});

test("a signal ends loading and listening, and leaves nothing open", async ({ library }) => {
  const codes = await library.evaluate(async () => {
    const abortSoon = () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 5);
      return controller.signal;
    };
    return [
      (await codeOf(() => api.Classifier.load({ signal: abortSoon() }))).code,
      (await codeOf(() => api.listen(() => undefined, { signal: abortSoon() }))).code,
    ];
  });
  expect(codes).toEqual(["aborted", "aborted"]);
  await expect.poll(() => library.workers().length).toBe(0);
});

test("a microphone's life, with every step taken twice", async ({ library }) => {
  const life = await library.evaluate(async () => {
    const states: string[] = [];
    let frames = 0;
    const mic = await api.listen(() => undefined, {
      onFrame: () => (frames += 1),
      onStateChange: (state) => states.push(state),
    });
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => frames > 3);
    await Promise.all([mic.pause(), mic.pause()]);
    const paused = mic.state;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const framesPaused = frames;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const framesStill = frames;
    await mic.resume();
    await mic.resume();
    await until(() => frames > framesStill + 3);
    const { pcm, sampleRate } = await mic.record(0.5);
    const tooShort = await codeOf(() => mic.record(0));
    const tooLong = await codeOf(() => mic.record(1e6));
    const noClassifier = await codeOf(() => mic.use(undefined as never));
    const noSettings = await codeOf(() => mic.adjust(null as never));
    const cut = codeOf(() => mic.record(60));
    await mic.close();
    await mic.close();
    await mic.resume();
    const late = await codeOf(() => mic.record(1));
    return {
      states,
      paused,
      updatesWhilePaused: framesStill - framesPaused,
      recorded: pcm.length === Math.round(sampleRate / 2) && pcm.some((sample) => sample !== 0),
      codes: [tooShort, tooLong, noClassifier, noSettings, await cut, late].map(({ code }) => code),
      processing: mic.processing,
      closed: mic.state,
    };
  });
  expect(life).toEqual({
    states: ["paused", "listening", "closed"],
    paused: "paused",
    updatesWhilePaused: 0,
    recorded: true,
    codes: ["config", "limit", "config", "config", "aborted", "aborted"],
    processing: [],
    closed: "closed",
  });
  await expect.poll(() => library.workers().length).toBe(0);
});

test("a classifier given to a microphone outlives it", async ({ library }) => {
  const result = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const mic = await api.listen(() => undefined, { classifier });
    await mic.close();
    return (await classifier.classify(tone(1, 8000), 8000)).length;
  });
  expect(result).toBe(1);
});

test("the module is fetched once for all classifiers", async ({ library }) => {
  let requests = 0;
  await library.route("**/*.wasm", (route) => {
    requests += 1;
    return route.continue();
  });
  await library.evaluate(async () => {
    const classifiers = await Promise.all([api.Classifier.load(), api.Classifier.load()]);
    classifiers.push(await api.Classifier.load());
    for (const classifier of classifiers) classifier.close();
  });
  expect(requests).toBe(1);
});

test("a recording in pieces gives the same results as the whole", async ({ library }) => {
  const { whole, pieces, columns, columnsOfWhole, top } = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const pcm = tone(12.3, 44100);
    const inPieces = async (size: number, options = {}) => {
      const segments = await classifier.segments(44100, { hopSeconds: 1, ...options });
      const predictions = [];
      let columns = 0;
      for (let at = 0; at < pcm.length; at += size) {
        const result = await segments.push(pcm.subarray(at, at + size));
        predictions.push(...result.predictions);
        columns += result.columns.length;
      }
      predictions.push(...(await segments.finish()));
      return { predictions, columns };
    };
    const pieces = await inPieces(5000);
    return {
      whole: await classifier.classify(pcm, 44100, { hopSeconds: 1 }),
      pieces: pieces.predictions,
      columns: pieces.columns,
      columnsOfWhole: (await classifier.logMel(pcm, 44100)).length,
      top: (await inPieces(pcm.length, { top: 3 })).predictions,
    };
  });
  expect(whole.length).toBeGreaterThan(8);
  expect(pieces).toEqual(whole);
  // The last columns are returned at the end, where this test ignores them.
  expect(columnsOfWhole - columns).toBeLessThan(columnsOfWhole * 0.02);
  expect(top).toEqual(whole.map((prediction) => ({ ...prediction, categories: prediction.categories.slice(0, 3) })));
});

test("a recording in pieces refuses bad input and ends only once", async ({ library }) => {
  const codes = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const code = async (work: () => unknown) => (await codeOf(work)).code;
    const open = () => classifier.segments(16000);
    const finished = await open();
    await finished.push(tone(1, 16000));
    await finished.finish();
    const closed = await open();
    closed.close();
    closed.close();
    return {
      rate: await code(() => classifier.segments(0)),
      hop: await code(() => classifier.segments(16000, { hopSeconds: 0 })),
      top: await code(() => classifier.segments(16000, { top: 0.5 })),
      option: await code(() => classifier.segments(16000, { hop: 1 } as object)),
      nan: await code(async () => (await open()).push(new Float32Array(9).fill(Number.NaN))),
      nothing: await code(async () => (await open()).finish()),
      finished: await code(() => finished.push(tone(1, 16000))),
      closed: await code(() => closed.finish()),
    };
  });
  expect(codes).toEqual({
    rate: "audio-rate",
    hop: "config",
    top: "config",
    option: "config",
    nan: "audio-non-finite",
    nothing: "audio-too-short",
    finished: "aborted",
    closed: "aborted",
  });
});

test("a running microphone accepts new settings, and returns its last seconds", async ({ library }) => {
  const result = await library.evaluate(async () => {
    const times: number[] = [];
    const mic = await api.listen(({ time }) => times.push(time));
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => times.length > 4);
    const { pcm, sampleRate } = await mic.recent(1);
    await mic.adjust({ hopSeconds: 2 });
    const count = times.length;
    await until(() => times.length > count + 2);
    const steps = [times[count + 1]! - times[count]!, times[count + 2]! - times[count + 1]!];
    const wrong = (await codeOf(() => mic.adjust({ hopSeconds: -1 }))).code;
    const unknown = (await codeOf(() => mic.adjust({ hop: 1 } as object))).code;
    const more = times.length;
    await until(() => times.length > more);
    const none = (await codeOf(() => mic.recent(0))).code;
    await mic.close();
    const late = [(await codeOf(() => mic.recent(1))).code, (await codeOf(() => mic.adjust({}))).code];
    return { seconds: pcm.length / sampleRate, steps, codes: [wrong, unknown, none, ...late] };
  });
  expect(result.seconds).toBeCloseTo(1, 2);
  for (const step of result.steps) expect(step).toBeCloseTo(2, 1);
  expect(result.codes).toEqual(["config", "config", "config", "aborted", "aborted"]);
});
