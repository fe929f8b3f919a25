// What the package detects by itself while it listens: a device that is muted or gone, an audio clock that stalls, a worker that
// crashed; and the functions that it calls, which may throw.

import { expect, type Spy, test } from "./support/spied";

test("a muted microphone is interrupted until it is no longer muted", async ({ library }) => {
  const { log, during } = await library.evaluate(async () => {
    const microphone = await spy.microphone();
    const [track] = spy.opened[0]!.getAudioTracks();
    track!.dispatchEvent(new Event("mute"));
    await spy.until(() => spy.contexts[0]!.state === "suspended");
    const during = { state: microphone.state, resume: (await codeOf(() => microphone.resume())).code };
    track!.dispatchEvent(new Event("unmute"));
    await spy.until(() => microphone.state === "listening");
    const before = spy.updates;
    await spy.until(() => spy.updates > before);
    await microphone.close();
    return { log: spy.log, during };
  });
  expect(during).toEqual({ state: "paused", resume: "interrupted" });
  expect(log).toEqual(["paused", "interrupted", "listening", "closed"]);
});

test("a microphone that is paused while it is muted stays paused", async ({ library }) => {
  const { state, log } = await library.evaluate(async () => {
    const microphone = await spy.microphone();
    const [track] = spy.opened[0]!.getAudioTracks();
    track!.dispatchEvent(new Event("mute"));
    await microphone.pause();
    track!.dispatchEvent(new Event("unmute"));
    // Had it been resumed, this would come after it.
    await microphone.adjust({ smoothingSeconds: 1 });
    const { state } = microphone;
    await microphone.resume();
    await microphone.close();
    return { state, log: spy.log };
  });
  expect(state).toBe("paused");
  expect(log).toEqual(["paused", "interrupted", "listening", "closed"]);
});

test("a microphone that is paused while it resumes stays paused", async ({ library }) => {
  const { codes, states, log } = await library.evaluate(async () => {
    const microphone = await spy.microphone();
    const [context] = spy.contexts;
    await microphone.pause();
    const resume = context!.resume.bind(context!);
    const states: string[] = [];
    const resumeWhile = async (start: () => Promise<void>, meanwhile: () => Promise<void>) => {
      context!.resume = start;
      const resuming = codeOf(() => microphone.resume());
      await meanwhile();
      const { code } = await resuming;
      states.push(microphone.state, context!.state);
      return code;
    };
    const codes = [
      await resumeWhile(resume, () => microphone.pause()),
      await resumeWhile(() => Promise.reject(new Error("not now")), () => microphone.pause()),
      await resumeWhile(() => new Promise(() => undefined), () => microphone.pause()),
      await resumeWhile(resume, async () => void spy.opened[0]!.getAudioTracks()[0]!.dispatchEvent(new Event("mute"))),
    ];
    await microphone.close();
    return { codes, states, log: spy.log };
  });
  expect(codes).toEqual(["none", "none", "none", "interrupted"]);
  expect(states).toEqual(Array.from({ length: 4 }, () => ["paused", "suspended"]).flat());
  expect(log).toEqual(["paused", "closed"]);
});

test("a microphone that is muted from the start is reported, a stream that was passed in is not", async ({ library }) => {
  const { own, chosen, given } = await library.evaluate(async () => {
    Object.defineProperty(MediaStreamTrack.prototype, "muted", { get: () => true });
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    // The fake device's own id.
    navigator.mediaDevices.getUserMedia = () => open({ audio: true });
    const statesWith = async (options: object) => {
      spy.log.length = 0;
      const microphone = await api.listen(() => undefined, { onError: ({ code }) => spy.log.push(code), ...options });
      const states = [microphone.state, ...spy.log];
      await microphone.close();
      return states;
    };
    return {
      own: await statesWith({}),
      chosen: await statesWith({ deviceId: "chosen" }),
      given: await statesWith({ mediaStream: await open({ audio: true }) }),
    };
  });
  expect(own).toEqual(["paused", "interrupted"]);
  expect(chosen).toEqual(["paused", "interrupted"]);
  expect(given).toEqual(["listening"]);
});

test("a device that is lost while everything is loading is reported", async ({ library }) => {
  const { code, closed } = await library.evaluate(async () => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const media = await open(constraints);
      media.getAudioTracks()[0]!.stop();
      return media;
    };
    const { code } = await codeOf(() => api.listen(() => undefined));
    await spy.until(() => spy.contexts[0]!.state === "closed");
    return { code, closed: spy.contexts.length };
  });
  expect({ code, closed }).toEqual({ code: "device-lost", closed: 1 });
});

test("of a stream with several tracks, the first that is live is used, and it alone is watched", async ({ library }) => {
  const states = await library.evaluate(async () => {
    const open = async () => (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks()[0]!;
    const tracks = [await open(), await open(), await open()];
    tracks[0]!.stop();
    const microphone = await spy.microphone({ mediaStream: new MediaStream(tracks) });
    return [0, 2, 1].map((ended) => {
      tracks[ended]!.dispatchEvent(new Event("ended"));
      return microphone.state;
    });
  });
  expect(states).toEqual(["listening", "listening", "closed"]);
});

test("a given stream whose track its owner stops is lost", async ({ library }) => {
  const log = await library.evaluate(async () => {
    const mediaStream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const microphone = await spy.microphone({ mediaStream });
    mediaStream.getAudioTracks()[0]!.stop();
    await spy.until(() => microphone.state === "closed");
    return spy.log;
  });
  expect(log).toEqual(["closed", "device-lost"]);
});

test("what is aborted during its last step is not watched", async ({ library }) => {
  const { code, watched, log } = await library.evaluate(async () => {
    const classifier = await api.Classifier.load();
    const aborting = new AbortController();
    const [worker] = spy.workers;
    const post = worker!.postMessage.bind(worker!) as (message: { call: string }, transfer: Transferable[]) => void;
    worker!.postMessage = (message: { call: string }, transfer: unknown) => {
      post(message, transfer as Transferable[]);
      if (message.call === "listen") queueMicrotask(() => aborting.abort());
    };
    let watched = 0;
    navigator.mediaDevices.addEventListener = () => void (watched += 1);
    const { code } = await codeOf(() => spy.microphone({ classifier, signal: aborting.signal }));
    // It answers in order, so that it has answered the last step, too.
    await classifier.classify(tone(1, 16_000), 16_000);
    return { code, watched, log: spy.log };
  });
  expect({ code, watched, log }).toEqual({ code: "aborted", watched: 0, log: [] });
});

/** Stops the sound while the audio clock says that it runs, as some systems do after a call or a sleep. */
function stall(): void {
  spy.sources[0]!.source.disconnect();
}

test("an audio clock that stalls is started again", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(() => {
    const [context] = spy.contexts;
    const [{ source, worklet }] = spy.sources as [Spy["sources"][0]];
    const resume = context!.resume.bind(context!);
    context!.resume = () => {
      source.connect(worklet);
      return resume();
    };
  });
  await library.evaluate(stall);
  const log = await microphone.evaluate(async (microphone) => {
    const before = spy.updates;
    await spy.until(() => spy.updates > before);
    await microphone.close();
    return spy.log;
  });
  expect(log).toEqual(["closed"]);
});

test("an audio clock that stays stalled is reported, and the microphone is closed", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(() => void (spy.contexts[0]!.resume = () => new Promise<never>(() => undefined)));
  await library.evaluate(stall);
  const result = await microphone.evaluate(async (microphone) => {
    await spy.until(() => microphone.state === "closed");
    return { log: spy.log, tracks: spy.opened[0]!.getAudioTracks().map(({ readyState }) => readyState) };
  });
  expect(result).toEqual({ log: ["closed", "interrupted"], tracks: ["ended"] });
});

test("a worker that is busy with something else is not taken for a stalled audio clock", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  const restarts = await library.evaluateHandle(() => {
    const [context] = spy.contexts;
    const suspend = context!.suspend.bind(context!);
    const counted = { suspended: 0 };
    context!.suspend = () => {
      counted.suspended += 1;
      return suspend();
    };
    return counted;
  });
  // Longer than a microphone may be without sound.
  await library.workers()[0]!.evaluate(() => {
    const end = performance.now() + 10_000;
    while (performance.now() < end);
  });
  const during = await microphone.evaluate(async (microphone, { suspended }) => {
    const before = spy.updates;
    await spy.until(() => spy.updates > before || microphone.state === "closed");
    return { state: microphone.state, log: [...spy.log], suspended };
  }, restarts);
  expect(during).toEqual({ state: "listening", log: [], suspended: 0 });
});

test("functions that throw are reported as uncaught, and stop nothing", async ({ library }) => {
  const { thrown, state, workers } = await library.evaluate(async () => {
    const thrown = new Set<string>();
    addEventListener("error", (event) => {
      thrown.add((event.error as Error).message);
      event.preventDefault();
    });
    const fail = (what: string) => () => {
      throw new Error(what);
    };
    const microphone = await api.listen(
      () => {
        spy.updates += 1;
        throw new Error("update");
      },
      { onFrame: fail("frame"), onStateChange: fail("state"), onError: fail("error") },
    );
    await spy.until(() => spy.updates > 1);
    spy.workers[0]!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
    const before = spy.updates;
    await spy.until(() => spy.updates > before);
    await microphone.close();
    return { thrown: [...thrown].sort(), state: microphone.state, workers: spy.workers.length };
  });
  expect({ thrown, state, workers }).toEqual({ thrown: ["error", "frame", "state", "update"], state: "closed", workers: 2 });
  await expect.poll(() => library.workers().length).toBe(0);
});

test("a request for sound while a crashed worker restarts has its code", async ({ library }) => {
  const { codes, seconds } = await library.evaluate(async () => {
    const microphone = await spy.microphone();
    spy.workers[0]!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
    const codes = await Promise.all([codeOf(() => microphone.recent(1)), codeOf(() => microphone.record(1))]);
    const before = spy.updates;
    await spy.until(() => spy.updates > before);
    const { pcm, sampleRate } = await microphone.record(0.5);
    await microphone.close();
    return { codes: codes.map(({ code }) => code), seconds: pcm.length / sampleRate };
  });
  expect({ codes, seconds }).toEqual({ codes: ["worker-crashed", "worker-crashed"], seconds: 0.5 });
});
