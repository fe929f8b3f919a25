// What the package detects by itself while it listens: a device that is muted or gone, an audio clock that stalls, another
// default microphone, a worker that crashed; and the functions that it calls, which may throw.

import { expect, test } from "./support/library";

interface Spy {
  /** Every device that was opened, in this order. */
  opened: MediaStream[];
  contexts: AudioContext[];
  workers: Worker[];
  /** What feeds the worklet, and the worklet. */
  sources: { source: MediaStreamAudioSourceNode; worklet: AudioNode }[];
  log: string[];
  /** What browsers list. */
  devices: { kind: string; deviceId: string; groupId: string; label: string }[];
  until: (done: () => boolean) => Promise<void>;
  /** Opens the microphone of a test, with all that it reports in `log`. */
  microphone: (options?: object) => ReturnType<typeof api.listen>;
  /** Updates so far. */
  updates: number;
  permission: PermissionState;
}
declare const spy: Spy;

test.beforeEach(async ({ library }) => {
  await library.evaluate(() => {
    const device = (name: string) => ({ kind: "audioinput", deviceId: "default", groupId: name, label: `Default - ${name}` });
    const spy: Spy = {
      opened: [],
      contexts: [],
      workers: [],
      sources: [],
      log: [],
      devices: [device("built-in")],
      updates: 0,
      permission: "granted",
      until: async (done) => {
        while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
      },
      microphone: async (options = {}) => {
        const microphone = await api.listen(() => (spy.updates += 1), {
          onStateChange: (state) => spy.log.push(state),
          onError: ({ code }) => spy.log.push(code),
          onWarning: ({ code, time, message }) => spy.log.push(time > 0 && message !== "" ? code : "no time"),
          ...options,
        });
        await spy.until(() => spy.updates > 0);
        return microphone;
      },
    };
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const media = await open(constraints);
      spy.opened.push(media);
      return media;
    };
    navigator.mediaDevices.enumerateDevices = async () => spy.devices as MediaDeviceInfo[];
    navigator.permissions.query = async () => ({ state: spy.permission }) as PermissionStatus;
    const { AudioContext } = globalThis;
    globalThis.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options);
        spy.contexts.push(this);
      }
    };
    const { Worker, MediaStreamAudioSourceNode } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        spy.workers.push(this);
      }
    };
    globalThis.MediaStreamAudioSourceNode = class extends MediaStreamAudioSourceNode {
      override connect(worklet: AudioNode | AudioParam): never {
        spy.sources.push({ source: this, worklet: worklet as AudioNode });
        return super.connect(worklet as AudioNode) as never;
      }
    };
    Object.assign(globalThis, { spy });
  });
});

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

/** Another device becomes the system's default, as when a headset is connected. */
function connectHeadset(): void {
  spy.devices = [{ kind: "audioinput", deviceId: "default", groupId: "headset", label: "Default - headset" }, ...spy.devices];
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
}

test("listening continues with the next default microphone", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(connectHeadset);
  const result = await microphone.evaluate(async (microphone) => {
    await spy.until(() => spy.log.length > 0);
    const before = spy.updates;
    await spy.until(() => spy.updates > before + 1);
    const states = spy.opened.map((media) => media.getAudioTracks()[0]!.readyState);
    const { state } = microphone;
    await microphone.close();
    return { log: spy.log, state, states, after: spy.opened.map((media) => media.getAudioTracks()[0]!.readyState) };
  });
  expect(result).toEqual({
    log: ["default-followed", "closed"],
    state: "listening",
    states: ["ended", "live"],
    after: ["ended", "ended"],
  });
});

for (const { name, prepare, options, log } of [
  { name: "that needs a question", prepare: () => void (spy.permission = "prompt"), options: {}, log: ["default-kept"] },
  {
    name: "that cannot be opened",
    prepare: () => void (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError"))),
    options: {},
    log: ["default-kept"],
  },
  { name: "while another one is chosen", prepare: () => undefined, options: { deviceId: "chosen" }, log: [] },
]) {
  test(`a new default ${name} is left alone`, async ({ library }) => {
    if (log.length === 0) {
      await library.evaluate(async () => {
        // The fake device's own id.
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = () => open({ audio: true });
      });
    }
    const microphone = await library.evaluateHandle((options) => spy.microphone(options), options);
    await library.evaluate(prepare);
    await library.evaluate(connectHeadset);
    const result = await microphone.evaluate(async (microphone, expected) => {
      await spy.until(() => spy.log.length >= expected);
      const before = spy.updates;
      await spy.until(() => spy.updates > before + 1);
      const { state } = microphone;
      const { readyState } = spy.opened[0]!.getAudioTracks()[0]!;
      const log = [...spy.log];
      await microphone.close();
      return { log, state, opened: spy.opened.length, readyState };
    }, log.length);
    expect(result).toEqual({ log, state: "listening", opened: 1, readyState: "live" });
  });
}

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
