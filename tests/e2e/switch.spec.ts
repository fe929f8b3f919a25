// A running microphone switches its classifier: no sound is lost, and time continues.

import type { Page } from "@playwright/test";
import type { SoundEvent, Update } from "sourcing-sound";
import { expect, test as base } from "./support/spied";

const TONE_HZ = 441;

interface Probe {
  updates: Update[];
  /** Times of the frames. */
  frames: number[];
  listen(options: object): Promise<Awaited<ReturnType<typeof api.listen>>>;
  until(done: () => boolean): Promise<void>;
}
declare const probe: Probe;

const test = base.extend<{ listening: Page }>({
  listening: async ({ library }, use) => {
    await library.evaluate((toneHz) => {
      // A tone from the audio's own thread instead of the device's sound: on a busy machine the browser loses buffers of its
      // device before they get to the page.
      globalThis.MediaStreamAudioSourceNode = class {
        constructor(context: AudioContext) {
          const tone = new OscillatorNode(context, { frequency: toneHz });
          tone.start();
          return tone;
        }
      } as never;
      const updates: Update[] = [];
      const frames: number[] = [];
      const listen: Probe["listen"] = (options) =>
        api.listen((update) => updates.push(update), { ...options, onFrame: ({ time }) => frames.push(time) });
      const until: Probe["until"] = async (done) => {
        while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
      };
      Object.assign(globalThis, { probe: { updates, frames, listen, until } satisfies Probe });
    }, TONE_HZ);
    await use(library);
  },
});

test("a recording across the switch misses no sample, and time continues", async ({ listening }) => {
  const result = await listening.evaluate(async (toneHz) => {
    const { updates, frames, listen, until } = probe;
    const [first, second] = await Promise.all([api.Classifier.load(), api.Classifier.load()]);
    const mic = await listen({ classifier: first });
    await until(() => updates.length > 2);
    const recording = mic.record(2);
    await until(() => frames.at(-1)! > updates[2]!.time + 0.5);
    await mic.use(second);
    first.close();
    const switchedAt = frames.at(-1)!;
    const { pcm, sampleRate } = await recording;
    await until(() => updates.at(-1)!.time > switchedAt + 2);
    await mic.close();
    // A sine obeys x[n+1] = 2·cos(w)·x[n] - x[n-1]; a missing or doubled sample breaks it.
    const k = 2 * Math.cos((2 * Math.PI * toneHz) / sampleRate);
    let worst = 0;
    for (let n = 1; n + 1 < pcm.length; n += 1) worst = Math.max(worst, Math.abs(pcm[n + 1]! - k * pcm[n]! + pcm[n - 1]!));
    const steps = (times: number[]) => times.slice(1).map((time, i) => time - times[i]!);
    return {
      worst,
      loudest: pcm.reduce((a, b) => Math.max(a, b), 0),
      seconds: pcm.length / sampleRate,
      frameSteps: steps(frames),
      updateSteps: steps(updates.map(({ time }) => time)),
      dropped: updates.map(({ dropped }) => dropped),
      blockSeconds: 2048 / sampleRate,
      hop: mic.info.hopSeconds,
    };
  }, TONE_HZ);
  expect(result.loudest, "the tone is there").toBeGreaterThan(0.4);
  expect(result.seconds).toBeCloseTo(2, 3);
  // The browser's tone has an error of 3e-6; a missing sample causes 0.06.
  expect(result.worst, "jump in the tone").toBeLessThan(1e-3);
  for (const step of result.frameSteps) {
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThanOrEqual(result.blockSeconds + 1e-6);
  }
  for (const step of result.updateSteps) {
    expect(step).toBeGreaterThanOrEqual(0);
    expect(step, "seconds without an answer").toBeLessThan(2 * result.hop);
  }
  expect(Math.max(...result.dropped)).toBe(0);
});

test("open events end at the switch, and none begins before it", async ({ listening }) => {
  const { before, after, switchedAt } = await listening.evaluate(async () => {
    const { updates, frames, listen, until } = probe;
    const [first, second] = await Promise.all([api.Classifier.load(), api.Classifier.load()]);
    // Every label is an event all the time.
    const mic = await listen({ classifier: first, eventOn: 0, eventOff: 0, rejectionThreshold: 0 });
    await until(() => updates.length > 2);
    const using = mic.use(second);
    const seen: number[] = [];
    void using.then(() => seen.push(updates.length, frames.at(-1)!));
    await using;
    await until(() => updates.length > seen[0]! + 2);
    await mic.close();
    return { before: updates.slice(0, seen[0]), after: updates.slice(seen[0]), switchedAt: seen[1]! };
  });
  const open = new Map<string, SoundEvent>();
  for (const { events } of before) {
    for (const event of events) {
      if (event.offset === null) open.set(event.label, event);
      else open.delete(event.label);
    }
  }
  expect(before.at(-1)!.events.length, "events that ended").toBeGreaterThan(0);
  expect([...open.keys()], "events left open").toEqual([]);
  for (const { offset } of before.at(-1)!.events) expect(offset).toBeCloseTo(switchedAt, 6);
  const events = after.flatMap(({ events }) => events);
  expect(events.length, "events that started again").toBeGreaterThan(0);
  for (const { onset } of events) expect(onset).toBeGreaterThanOrEqual(switchedAt - 1e-6);
});

test("a microphone closes only the classifier that it loaded itself", async ({ listening }) => {
  const given = await listening.evaluate(async () => {
    const { updates, listen, until } = probe;
    const mic = await listen({});
    await until(() => updates.length > 0);
    const [second, third] = await Promise.all([api.Classifier.load(), api.Classifier.load()]);
    await Promise.all([mic.use(second), mic.use(third), mic.use(third)]);
    const n = updates.length;
    await until(() => updates.length > n + 1);
    const stillWorks = (await second.classify(tone(1, 8000), 8000)).length;
    second.close();
    const m = updates.length;
    await until(() => updates.length > m + 1);
    await mic.close();
    return { stillWorks, outlives: (await third.classify(tone(1, 8000), 8000)).length };
  });
  expect(given).toEqual({ stillWorks: 1, outlives: 1 });
  expect(listening.workers()).toHaveLength(1);
});

test("a paused microphone can be switched and resumes with the new classifier", async ({ listening }) => {
  const result = await listening.evaluate(async () => {
    const { updates, frames, listen, until } = probe;
    const [first, second] = await Promise.all([api.Classifier.load(), api.Classifier.load()]);
    const mic = await listen({ classifier: first });
    await until(() => updates.length > 1);
    await mic.pause();
    const began = performance.now();
    await mic.use(second);
    const took = performance.now() - began;
    first.close();
    const pausedAt = frames.at(-1)!;
    const count = updates.length;
    await mic.resume();
    await until(() => updates.length > count + 2);
    await mic.close();
    return { took, pausedAt, times: updates.slice(count).map(({ time }) => time) };
  });
  expect(result.times[0]!, "time continues where it stopped").toBeGreaterThan(result.pausedAt);
  expect(result.times[0]! - result.pausedAt).toBeLessThan(1);
  expect(result.took, "milliseconds").toBeLessThan(5000);
});

test("if a switch fails, the old classifier stays in use", async ({ listening }) => {
  const result = await listening.evaluate(async () => {
    const { updates, listen, until } = probe;
    const [first, closed] = await Promise.all([api.Classifier.load(), api.Classifier.load()]);
    closed.close();
    const mic = await listen({ classifier: first });
    await until(() => updates.length > 1);
    const failed = await codeOf(() => mic.use(closed));
    const count = updates.length;
    await until(() => updates.length > count + 2);
    const last = updates.at(-1)!;
    await mic.close();
    const late = await codeOf(() => mic.use(first));
    return { failed: failed.code, late: late.code, dropped: last.dropped };
  });
  expect(result).toEqual({ failed: "aborted", late: "aborted", dropped: 0 });
});

test("a worker that crashes after the switch is replaced, and listening continues with the new classifier", async ({ listening }) => {
  await listening.evaluate(async () => {
    const { updates, listen, until } = probe;
    const mic = await listen({});
    await until(() => updates.length > 0);
    await mic.use(await api.Classifier.load());
    await until(() => updates.length > 2);
  });
  await expect.poll(() => listening.workers().length).toBe(1);
  const [worker] = listening.workers();
  await worker!.evaluate(() => {
    setTimeout(() => {
      throw new Error("deliberate");
    });
  });
  const times = await listening.evaluate(async () => {
    const { updates, until } = probe;
    const count = updates.length;
    await until(() => updates.length > count + 2);
    return updates.map(({ time }) => time);
  });
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

/** A request to a worker. */
type Message = { call: string; args: { seconds: number } };

for (const { name, whose } of [
  { name: "that has both streams", whose: "the one" },
  { name: "that the microphone switches to, and that has restarted by then,", whose: "the other" },
] as const) {
  test(`a worker ${name} may crash during the switch`, async ({ listening }) => {
    const result = await listening.evaluate(async (whose) => {
      const { updates, listen, until } = probe;
      const [first, second] = [await api.Classifier.load(), await api.Classifier.load()];
      const mic = await listen({ classifier: first });
      await until(() => updates.length > 1);
      const [worker, other] = spy.workers as [Worker, Worker];
      const crash = (worker: Worker) => worker.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (message: Message, transfer: unknown) => {
        if (message.call !== "handOver") return post(message, transfer as Transferable[]);
        if (whose === "the one") {
          post(message);
          return crash(worker);
        }
        crash(other);
        // It answers once the next worker is ready.
        void second.classify(tone(1, 8000), 8000).then(() => post(message));
      };
      if (whose === "the one") await mic.adjust({ smoothingSeconds: 1 });
      else await mic.use(second);
      const count = updates.length;
      await until(() => updates.length > count + 2 || mic.state === "closed");
      const { state } = mic;
      await mic.close();
      return { state, workers: spy.workers.length, times: updates.map(({ time }) => time) };
    }, whose);
    expect(result).toMatchObject({ state: "listening", workers: 3 });
    expect(result.times).toEqual([...result.times].sort((a, b) => a - b));
  });
}

test("settings begin with the sound that their own smoothing needs", async ({ listening }) => {
  const { wanted, segment } = await listening.evaluate(async () => {
    const { listen } = probe;
    const mic = await listen({ smoothingSeconds: 0.5 });
    const [worker] = spy.workers as [Worker];
    const post = worker.postMessage.bind(worker);
    const wanted: number[] = [];
    worker.postMessage = (message: Message, transfer: unknown) => {
      // Nothing but whether it answers is asked for with 0 seconds.
      if (message.call === "recent" && message.args.seconds > 0) wanted.push(message.args.seconds);
      post(message, transfer as Transferable[]);
    };
    await mic.adjust({ smoothingSeconds: 2 });
    await mic.adjust({ smoothingSeconds: 1 });
    await mic.close();
    return { wanted, segment: mic.info.segmentSeconds };
  });
  expect(wanted).toEqual([segment + 2, segment + 1]);
});
