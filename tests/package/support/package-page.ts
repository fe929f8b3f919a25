// An empty page with the packed package's functions, under a strict policy, without a bundler.

import type { Page } from "@playwright/test";
import type * as Package from "sourcing-sound";
import { serveFolder } from "../../e2e/support/static-server";
import { APPS } from "./apps";
import { STRICT_POLICY, test as strangers } from "./stranger";

declare global {
  const sound: typeof Package;
  /** The code of the error that `work` throws; "none" if it does not throw. */
  const codeOf: (work: () => unknown) => Promise<string>;
  /** Resolves as soon as `done` returns true. */
  const until: (done: () => boolean) => Promise<void>;
  /** A sine of 700 Hz. */
  const tone: (seconds: number, rate: number) => Float32Array<ArrayBuffer>;
  /** A WAV file of 16 bits, mono. */
  const wavOf: (pcm: Float32Array, rate: number) => File;
}

export const test = strangers.extend<{ library: Page }>({
  library: async ({ stranger }, use) => {
    const { origin, close } = await serveFolder(APPS, { policy: STRICT_POLICY });
    await stranger.goto(`${origin}/pages/index.html`);
    await stranger.evaluate(prepare);
    await use(stranger);
    close();
  },
});

async function prepare(): Promise<void> {
  const specifier = "/node_modules/sourcing-sound/dist/index.js";
  const sound = (await import(specifier)) as typeof Package;
  const codeOf = async (work: () => unknown) => {
    try {
      await work();
    } catch (thrown) {
      return thrown instanceof sound.SoundError ? thrown.code : `not coded: ${thrown}`;
    }
    return "none";
  };
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const tone = (seconds: number, rate: number) =>
    Float32Array.from({ length: seconds * rate }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 700 * i) / rate));
  const wavOf = (pcm: Float32Array, rate: number) => {
    const view = new DataView(new ArrayBuffer(44 + pcm.length * 2));
    const text = (at: number, word: string) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
    text(0, "RIFF");
    view.setUint32(4, view.byteLength - 8, true);
    text(8, "WAVEfmt ");
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, rate, true);
    view.setUint32(28, rate * 2, true);
    view.setUint16(32, 2, true);
    view.setUint16(34, 16, true);
    text(36, "data");
    view.setUint32(40, pcm.length * 2, true);
    pcm.forEach((sample, i) => view.setInt16(44 + i * 2, Math.round(sample * 32767), true));
    return new File([view.buffer], "sound.wav");
  };
  Object.assign(globalThis, { sound, codeOf, until, tone, wavOf });
}

export { expect, labelsTheSiren, SIREN, SIREN_LABEL } from "./stranger";
