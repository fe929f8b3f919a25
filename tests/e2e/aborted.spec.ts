// Calls that are aborted: the worker does nothing for them that nobody waits for.

import { expect, test } from "./support/library";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

// Without pauses, unlike Chromium's own beeps: any second of it has sound.
test.use({ wav: writeWav("aborted.wav", SYNTHESISED["steady-noise"]!) });

interface Watched {
  /** The calls that workers got, in this order. */
  posted: string[];
  /** Those without an answer, by their ids. */
  open: Map<number, string>;
  /** The worker that got the last one. */
  worker?: Worker;
}

/** Watches what is sent to workers from now on, and what they answer. */
function watchCalls(): Watched {
  const watched: Watched = { posted: [], open: new Map() };
  const post = Worker.prototype.postMessage as (message: object, transfer: Transferable[]) => void;
  Worker.prototype.postMessage = function (this: Worker, message: { id: number; call: string }, transfer: unknown) {
    if (watched.worker !== this) {
      watched.worker = this;
      this.addEventListener("message", ({ data }: MessageEvent<{ id: number }>) => watched.open.delete(data.id));
    }
    watched.posted.push(message.call);
    watched.open.set(message.id, message.call);
    post.call(this, message, transfer as Transferable[]);
  };
  return watched;
}

test("what is aborted before the worker has it is never sent, also while a new worker starts", async ({ library }) => {
  const watched = await library.evaluateHandle(watchCalls);
  const { codes, posted } = await watched.evaluate(async (watched) => {
    const classifier = await api.Classifier.load();
    const classify = (signal?: AbortSignal) => codeOf(() => classifier.classify(tone(1, 8000), 8000, signal ? { signal } : {}));
    const codes = [await classify(AbortSignal.abort()), await classify()];
    watched.worker!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
    const controller = new AbortController();
    const waiting = classify(controller.signal);
    controller.abort();
    codes.push(await waiting, await classify());
    classifier.close();
    return { codes: codes.map(({ code }) => code), posted: watched.posted };
  });
  expect(codes).toEqual(["aborted", "none", "aborted", "none"]);
  expect(posted).toEqual(["init", "classify", "init", "classify"]);
});

test("a recording that is aborted, or cut by closing the microphone, ends in the worker as well", async ({ library }) => {
  const watched = await library.evaluateHandle(watchCalls);
  const result = await watched.evaluate(async ({ open }) => {
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const recordings = () => [...open.values()].filter((call) => call === "record").length;
    const classifier = await api.Classifier.load();
    const microphone = await api.listen(() => undefined, { classifier });
    // No recording ends by itself.
    await microphone.pause();
    const controller = new AbortController();
    const aborted = codeOf(() => microphone.record(60, { signal: controller.signal }));
    const cut = codeOf(() => microphone.record(60));
    const whole = microphone.record(1);
    await until(() => recordings() === 3);
    controller.abort();
    const codes = [(await aborted).code];
    await until(() => recordings() === 2);
    await microphone.resume();
    const { pcm, sampleRate } = await whole;
    await until(() => recordings() === 1);
    await microphone.close();
    codes.push((await cut).code);
    await until(() => recordings() === 0);
    classifier.close();
    return { codes, seconds: pcm.length / sampleRate, sound: pcm.some((sample) => sample !== 0) };
  });
  expect(result).toEqual({ codes: ["aborted", "aborted"], seconds: 1, sound: true });
});

test("a recording is not read for a call that is aborted already", async ({ library }) => {
  const result = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    let read = false;
    const file = Object.defineProperty(new Blob(["x"]), "size", { get: () => (read = true) });
    const { code } = await codeOf(() => classifier.classify(file, { signal: AbortSignal.abort() }));
    classifier.close();
    return { code, read };
  });
  expect(result).toEqual({ code: "aborted", read: false });
});
