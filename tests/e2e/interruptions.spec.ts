// What the package notices by itself while it listens: a device that is muted, an audio clock that stalls, another
// default microphone.

import { expect, test } from "./support/library";

interface Spy {
  /** Every device that was opened, in this order. */
  opened: MediaStream[];
  contexts: AudioContext[];
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

test("a microphone that is muted from the start says so, a stream that was given does not", async ({ library }) => {
  const { own, given } = await library.evaluate(async () => {
    Object.defineProperty(MediaStreamTrack.prototype, "muted", { get: () => true });
    const microphone = await api.listen(() => undefined, { onError: ({ code }) => spy.log.push(code) });
    const own = [microphone.state, ...spy.log];
    await microphone.close();
    spy.log.length = 0;
    const mediaStream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const other = await spy.microphone({ mediaStream });
    const given = [other.state, ...spy.log];
    await other.close();
    return { own, given };
  });
  expect(own).toEqual(["paused", "interrupted"]);
  expect(given).toEqual(["listening"]);
});

/** Stops the audio clock without an event, as some systems do after a call or a sleep. */
function freeze(): Promise<void> {
  const [context] = spy.contexts;
  Object.defineProperty(context, "state", { value: "running" });
  return context!.suspend();
}

test("an audio clock that stalls is started again", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(freeze);
  const log = await microphone.evaluate(async (microphone) => {
    const before = spy.updates;
    await spy.until(() => spy.updates > before);
    await microphone.close();
    return spy.log;
  });
  expect(log).toEqual(["closed"]);
});

test("an audio clock that stays so is reported, and the microphone closed", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(() => void (spy.contexts[0]!.resume = async () => undefined));
  await library.evaluate(freeze);
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

test("the next default microphone is used, without an end", async ({ library }) => {
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
