// A short stretch of a recording, to be heard or kept.

import type { Recording } from "sourcing-sound";
import { openRecording } from "./pieces.js";

/** Longer stretches are cut: this is for listening in. */
export const MOST_EXCERPT_SECONDS = 60;

export async function excerpt(file: File, start: number, end: number): Promise<Recording> {
  const source = await openRecording(file);
  try {
    const { sampleRate } = source;
    const length = Math.round(Math.min(end - start, MOST_EXCERPT_SECONDS) * sampleRate);
    const pcm = new Float32Array(length);
    let filled = 0;
    for await (const piece of source.pieces(start)) {
      const part = piece.subarray(0, length - filled);
      pcm.set(part, filled);
      filled += part.length;
      if (filled === length) break;
    }
    return { pcm: pcm.slice(0, filled), sampleRate };
  } finally {
    source.close();
  }
}
