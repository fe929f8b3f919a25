// Recordings as samples, by the browser's decoder, which reads whatever format they are kept in.

import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import type { Sound } from "./wav";

/** Rate of the samples that the recordings are kept in; decoding at it leaves them as they are. */
export const KEPT_HZ = 22050;

/** One channel of the file at `rate`, in Hz; throws if this browser has no decoder for it. */
export async function decode(page: Page, path: string, rate = KEPT_HZ): Promise<Sound> {
  const base64 = await page.evaluate(
    async ([file, rate]) => {
      const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
      const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.buffer);
      const samples = new Uint8Array(sound.getChannelData(0).buffer);
      let text = "";
      for (let i = 0; i < samples.length; i += 8192) text += String.fromCharCode(...samples.subarray(i, i + 8192));
      return btoa(text);
    },
    [readFileSync(path).toString("base64"), rate] as const,
  );
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return { samples: new Float32Array(bytes.buffer), sampleRate: rate };
}
