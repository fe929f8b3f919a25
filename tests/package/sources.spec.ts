// Everything that can be classified: samples, files, audio buffers, media streams; on the page and in a worker.

import { readFileSync } from "node:fs";
import { classifyNatively } from "../e2e/support/command-line";
import { expect, SIREN, SIREN_LABEL, test } from "./support/package-page";

const NATIVE = classifyNatively(SIREN);
const BASE64 = readFileSync(SIREN).toString("base64");

test("files, their bytes, audio buffers and samples give the same result: the command line's", async ({ library }) => {
  const answers = await library.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const classifier = await sound.Classifier.load();
    // At the file's own rate, so that nothing but this package resamples.
    const rate = new DataView(bytes.buffer).getUint32(24, true);
    const buffer = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.slice().buffer);
    const answers = {
      file: await classifier.classify(new File([bytes], "siren.wav")),
      blob: await classifier.classify(new Blob([bytes])),
      bytes: await classifier.classify(bytes),
      arrayBuffer: await classifier.classify(bytes.slice().buffer),
      audioBuffer: await classifier.classify(buffer),
      samples: await classifier.classify(buffer.getChannelData(0), rate),
    };
    classifier.close();
    return Object.entries(answers).map(([name, predictions]) => ({
      name,
      scores: predictions.map(({ categories }) => Object.fromEntries(categories.map((c) => [c.label, c.score]))),
    }));
  }, BASE64);
  expect(answers).toHaveLength(6);
  expect(answers[5]!.scores).toEqual(answers[4]!.scores);
  for (const { name, scores } of answers) {
    // Chromium's own decoder divides 16-bit samples by 32767 where they are positive, everything else by 32768.
    const tolerance = ["audioBuffer", "samples"].includes(name) ? 1e-3 : 1e-4;
    expect(scores, name).toHaveLength(NATIVE.segments.length);
    scores.forEach((segment, i) => {
      for (const [label, score] of Object.entries(NATIVE.segments[i]!.scores)) {
        expect(Math.abs(segment[label]! - score), `${name}, segment ${i}, ${label}`).toBeLessThanOrEqual(tolerance);
      }
    });
  }
});

test("a file reports its progress, follows its options, and can be cancelled", async ({ library }) => {
  const result = await library.evaluate(async () => {
    const classifier = await sound.Classifier.load();
    const file = wavOf(tone(20, 8000), 8000);
    const whole = await classifier.classify(tone(20, 8000), 8000, { hopSeconds: 2 });
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    const some = await classifier.classify(file, { hopSeconds: 2, top: 2, onProgress });
    const controller = new AbortController();
    const long = wavOf(tone(300, 8000), 8000);
    const signal = controller.signal;
    const abortSoon = () => controller.abort();
    const codes = [
      await codeOf(() => classifier.classify(long, { signal, onProgress: abortSoon })),
      await codeOf(() => classifier.classify(long, { signal: AbortSignal.abort() })),
      await codeOf(() => classifier.classify(file, { hop: 1 } as object)),
      await codeOf(() => classifier.classify(file, 8000 as unknown as object)),
      await codeOf(() => classifier.classify(file, { top: 0 })),
      await codeOf(() => classifier.classify(file, { hopSeconds: -1 })),
    ];
    // It still works.
    const after = (await classifier.classify(tone(1, 8000), 8000)).length;
    classifier.close();
    const segments = [some.length, whole.length];
    return { segments, top: some.map(({ categories }) => categories.length), progress, codes, after };
  });
  expect(result.segments[0]).toBe(result.segments[1]);
  expect(result.segments[0]).toBeGreaterThan(8);
  expect(new Set(result.top)).toEqual(new Set([2]));
  expect(result.progress.length).toBeGreaterThan(2);
  expect(result.progress.at(-1)).toEqual([20, 20]);
  expect(result.codes).toEqual(["aborted", "aborted", "config", "config", "config", "config"]);
  expect(result.after).toBe(1);
});

test("files that are not recordings are refused with their code", async ({ library }) => {
  const codes = await library.evaluate(async () => {
    const classifier = await sound.Classifier.load();
    const whole = wavOf(tone(4, 8000), 8000);
    const codes = {
      text: await codeOf(() => classifier.classify(new File(["no sound at all"], "a.wav"))),
      nothing: await codeOf(() => classifier.classify(new File([], "a.wav"))),
      headerOnly: await codeOf(() => classifier.classify(whole.slice(0, 40))),
      noSample: await codeOf(() => classifier.classify(whole.slice(0, 44))),
      noChannel: await codeOf(() => classifier.classify(whole, { channel: "right" })),
      wrongChannel: await codeOf(() => classifier.classify(whole, { channel: 0 })),
      number: await codeOf(() => classifier.classify(7 as unknown as Blob)),
      address: await codeOf(() => classifier.classify("sound.wav" as unknown as Blob)),
      rateless: await codeOf(() => classifier.classify(tone(1, 8000) as unknown as Blob)),
      reader: await codeOf(() => sound.openRecording(new File(["x"], "a.mp3"))),
    };
    classifier.close();
    return codes;
  });
  expect(codes).toEqual({
    text: "audio-format",
    nothing: "audio-empty",
    headerOnly: "audio-damaged",
    noSample: "audio-empty",
    noChannel: "audio-channels",
    wrongChannel: "config",
    number: "config",
    address: "config",
    rateless: "audio-rate",
    reader: "audio-format",
  });
});

test("a recording that breaks off is classified up to there, and a warning has both lengths", async ({ library }) => {
  const { predictions, warnings, wanted } = await library.evaluate(async () => {
    const classifier = await sound.Classifier.load();
    const whole = wavOf(tone(4, 8000), 8000);
    const warnings: unknown[] = [];
    const onWarning = (warning: object) => warnings.push({ ...warning });
    const predictions = await classifier.classify(whole.slice(0, 44 + 2 * 20_000), { top: 1, onWarning });
    const wanted = await classifier.classify(wavOf(tone(2.5, 8000), 8000), { top: 1, onWarning });
    classifier.close();
    return { predictions, warnings, wanted };
  });
  expect(predictions).toEqual(wanted);
  expect(warnings).toEqual([{ code: "audio-cut-off", message: expect.stringMatching(/2\.500 s.*4\.000 s/), time: 2.5, promised: 4 }]);
});

test("the channels of an audio buffer do not cancel each other", async ({ library }) => {
  const result = await library.evaluate(async () => {
    const classifier = await sound.Classifier.load();
    const buffer = new AudioBuffer({ numberOfChannels: 2, length: 32_000, sampleRate: 8000 });
    const pcm = tone(4, 8000);
    buffer.copyToChannel(pcm, 0);
    buffer.copyToChannel(pcm.map((sample) => -sample), 1);
    const codes: string[] = [];
    const mixed = await classifier.classify(buffer, { onWarning: ({ code }) => codes.push(code) });
    const left = await classifier.classify(buffer, { channel: "left", onWarning: ({ code }) => codes.push(code) });
    const samples = await classifier.classify(pcm, 8000);
    classifier.close();
    return { mixed, left, samples, codes };
  });
  expect(result.mixed).toEqual(result.samples);
  expect(result.left).toEqual(result.samples);
  expect(result.codes).toEqual(["channel-taken"]);
});

test("a media stream works like a microphone, and stays open for its owner", async ({ library }) => {
  const done = await library.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const context = new AudioContext();
    const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(bytes.buffer), loop: true });
    const destination = new MediaStreamAudioDestinationNode(context);
    source.connect(destination);
    source.start();
    const mediaStream = destination.stream;
    let label = "";
    const microphone = await sound.listen(({ categories }) => (label = categories[0]!.label), { mediaStream });
    await until(() => /siren/i.test(label));
    await microphone.close();
    const after = mediaStream.getAudioTracks().map(({ readyState }) => readyState);
    const codes = [
      await codeOf(() => sound.listen(() => undefined, { mediaStream, deviceId: "x" })),
      await codeOf(() => sound.listen(() => undefined, { mediaStream: new MediaStream() })),
      await codeOf(() => sound.listen(() => undefined, { mediaStream, headOnly: true })),
    ];
    await context.close();
    return { label, after, codes };
  }, BASE64);
  expect(done).toEqual({ label: expect.stringMatching(SIREN_LABEL), after: ["live"], codes: ["config", "no-microphone", "config"] });
});

test("the end of a media stream is reported", async ({ library }) => {
  const code = await library.evaluate(async () => {
    const mediaStream = await navigator.mediaDevices.getUserMedia({ audio: true });
    let code = "";
    const microphone = await sound.listen(() => undefined, { mediaStream, onError: (error) => (code = error.code) });
    const [track] = mediaStream.getAudioTracks();
    track!.stop();
    // Stopping a track from the page fires no event; the end of the source does.
    track!.dispatchEvent(new Event("ended"));
    await until(() => microphone.state === "closed");
    return code;
  });
  expect(code).toBe("device-lost");
});

test("listening does not load the script that reads files", async ({ library }) => {
  const requests: string[] = [];
  library.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await library.evaluate(async () => {
    const microphone = await sound.listen(() => undefined);
    await microphone.close();
  });
  // The worklet requests its script itself, invisible from here.
  expect(requests.sort()).toEqual([
    "/node_modules/sourcing-sound/dist/models/everyday.onnx",
    "/node_modules/sourcing-sound/dist/sourcing-sound-relaxed.wasm",
    "/node_modules/sourcing-sound/dist/sourcing-sound-worker.js",
  ]);
});

test("it works in a worker: samples, files, a stream", async ({ library }) => {
  const answer = await library.evaluate(async () => {
    const worker = new Worker("/pages/worker.js", { type: "module" });
    const file = wavOf(tone(5, 8000), 8000);
    worker.postMessage({ pcm: tone(5, 8000), file });
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.terminate();
    return answer;
  });
  expect(answer).toEqual({ samples: 7, file: 7, updates: 10, listen: "unsupported" });
});
