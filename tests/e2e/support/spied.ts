// The package's functions on an empty page, with everything in sight that a microphone opens there.

import { expect, test as base } from "./library";

export interface Spy {
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
declare global {
  const spy: Spy;
}

export const test = base.extend({
  library: async ({ library }, use) => {
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
    await use(library);
  },
});

export { expect };
