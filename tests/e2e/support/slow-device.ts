// A slow device: the model arrives, and the microphone is granted, when the test says so, and opening the audio stops the
// page for a while.

import type { Page } from "@playwright/test";

/** Longer than any frame takes. */
const AUDIO_MS = 700;

interface Slow {
  /** Whether the browser has painted a frame since the last click. */
  answered: boolean;
  /** The same when an AudioContext was opened, for each. */
  opened: boolean[];
  /** The page has asked for the microphone and waits. */
  grant: (() => void) | undefined;
}
declare const slow: Slow;

export interface SlowDevice {
  /** Prepares the page; for `open`. */
  prepare(page: Page): Promise<void>;
  /** Waits until the browser has painted a frame since the last click. */
  untilAnswered(page: Page): Promise<unknown>;
  /** Sends the model's file. */
  sendModel(): void;
  /** Waits until the page asks for the microphone. */
  untilAsked(page: Page): Promise<unknown>;
  grant(page: Page): Promise<void>;
  /** For each time that the audio was opened, whether the browser had painted a frame since the click. */
  answeredFirst(page: Page): Promise<boolean[]>;
}

export function slowDevice(): SlowDevice {
  let sendModel = (): void => undefined;
  const wanted = new Promise<void>((resolve) => (sendModel = resolve));
  return {
    sendModel,
    async prepare(page) {
      await page.route(/\.onnx$/, async (route) => {
        await wanted;
        await route.continue();
      });
      await page.addInitScript(slowDown, AUDIO_MS);
    },
    untilAnswered: (page) => page.waitForFunction(() => slow.answered),
    untilAsked: (page) => page.waitForFunction(() => slow.grant !== undefined),
    grant: (page) => page.evaluate(() => slow.grant!()),
    answeredFirst: (page) => page.evaluate(() => slow.opened),
  };
}

/** Makes opening the audio slow, and the permission wait. */
function slowDown(audioMs: number): void {
  const state: Slow = { answered: false, opened: [], grant: undefined };
  Object.assign(globalThis, { slow: state });
  const follow = () => {
    state.answered = false;
    // Not a time: a separate task runs after the frame has been painted.
    requestAnimationFrame(() => setTimeout(() => (state.answered = true)));
  };
  addEventListener("click", follow, true);
  const { AudioContext } = globalThis;
  globalThis.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      state.opened.push(state.answered);
      const end = performance.now() + audioMs;
      while (performance.now() < end);
      super(options);
    }
  };
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    await new Promise<void>((resolve) => (state.grant = resolve));
    state.grant = undefined;
    return ask(constraints);
  };
}
