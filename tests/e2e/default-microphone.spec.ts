// The system's default microphone changes while the package listens.

import { expect, test } from "./support/spied";

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

test("a new default that is muted is used once it is no longer muted", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const media = await open(constraints);
      Object.defineProperty(media.getAudioTracks()[0], "muted", { value: true });
      return media;
    };
  });
  await library.evaluate(connectHeadset);
  const log = await microphone.evaluate(async (microphone) => {
    await spy.until(() => spy.log.includes("default-followed"));
    spy.opened[1]!.getAudioTracks()[0]!.dispatchEvent(new Event("unmute"));
    await spy.until(() => microphone.state === "listening");
    await microphone.close();
    return spy.log;
  });
  expect(log).toEqual(["paused", "interrupted", "default-followed", "listening", "closed"]);
});

test("a new default that is gone as soon as it is open is left alone", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const media = await open(constraints);
      media.getAudioTracks()[0]!.stop();
      return media;
    };
  });
  await library.evaluate(connectHeadset);
  const result = await microphone.evaluate(async (microphone) => {
    await spy.until(() => spy.log.length > 0);
    const before = spy.updates;
    await spy.until(() => spy.updates > before + 1);
    const { readyState } = spy.opened[0]!.getAudioTracks()[0]!;
    const log = [...spy.log];
    await microphone.close();
    return { log, readyState };
  });
  expect(result).toEqual({ log: ["default-kept"], readyState: "live" });
});

test("of two changes of the default, the last counts, also if the first device takes longer to open", async ({ library }) => {
  const microphone = await library.evaluateHandle(() => spy.microphone());
  await library.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let opened = 0;
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      opened += 1;
      const first = opened === 1;
      const media = await open(constraints);
      // The first of the two comes after the second, which is then in use.
      if (first) await spy.until(() => spy.log.length > 0);
      else Object.assign(media, { last: true });
      return media;
    };
  });
  await library.evaluate(connectHeadset);
  await library.evaluate(async () => {
    await spy.until(() => spy.opened.length === 2);
    spy.devices = [{ ...spy.devices[0]!, label: "Default - loudspeaker" }];
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  });
  const result = await microphone.evaluate(async (microphone) => {
    const ended = (media: MediaStream) => media.getAudioTracks()[0]!.readyState === "ended";
    await spy.until(() => spy.opened.filter(ended).length === 2);
    const inUse = spy.opened.find((media) => !ended(media));
    const log = [...spy.log];
    await microphone.close();
    return { log, last: inUse !== undefined && "last" in inUse };
  });
  expect(result).toEqual({ log: ["default-followed"], last: true });
});
