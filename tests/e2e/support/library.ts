// The npm package in the browser without a bundler: its files as they are, on a static host.

import { expect, type Page, test as base } from "@playwright/test";
import type * as Package from "sourcing-sound";
import { LAUNCH_ARGS, PACKAGE } from "./environment";
import { serveFolder } from "./static-server";

export type Api = typeof Package;
type Result = { code: string; message: string };

/** What is global on the page of `library`, for the bodies of its tests. */
declare global {
  const api: Api;
  /** The code and message of the error that `work` throws; the code "none" if it does not throw. */
  const codeOf: (work: () => unknown) => Promise<Result>;
  /** A sine of 700 Hz. */
  const tone: (seconds: number, rate: number) => Float32Array;
}

interface Options {
  /** WAV file that the microphone plays over and over; empty for Chromium's own beeps. */
  wav: string;
}

/** `library` is an empty page with the package's functions. */
export const test = base.extend<{ library: Page }, Options>({
  wav: ["", { option: true, scope: "worker" }],
  launchOptions: [
    async ({ launchOptions, wav }, use) => {
      const fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
      const file = wav === "" ? [] : [`--use-file-for-fake-audio-capture=${wav}`];
      await use({ ...launchOptions, args: [...LAUNCH_ARGS, ...fake, ...file] });
    },
    { scope: "worker" },
  ],
  library: async ({ page }, use) => {
    const { origin, close } = await serveFolder(PACKAGE);
    await page.goto(origin);
    // Shared by all tests, so that their bodies contain only calls of the package.
    await page.evaluate(async () => {
      const specifier = "/dist/index.js";
      const api = (await import(specifier)) as Api;
      const codeOf = async (work: () => unknown) => {
        try {
          await work();
        } catch (thrown) {
          if (thrown instanceof api.SoundError) return { code: thrown.code, message: thrown.message };
          throw thrown;
        }
        return { code: "none", message: "" };
      };
      const tone = (seconds: number, rate: number) =>
        Float32Array.from({ length: seconds * rate }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 700 * i) / rate));
      Object.assign(globalThis, { api, codeOf, tone });
    });
    await use(page);
    close();
  },
});

export { expect };
