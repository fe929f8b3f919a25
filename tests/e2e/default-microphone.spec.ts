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
