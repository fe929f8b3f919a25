// A stretch of a recording in one.

import { type Recording, type RecordingReader, SoundError } from "sourcing-sound";

/** Up to `seconds` of a recording, from `start` on. What a damaged file still has is enough. */
export async function cut(
  reader: RecordingReader,
  start: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Recording> {
  const pcm = new Float32Array(Math.round(seconds * reader.sampleRate));
  let filled = 0;
  try {
    for await (const piece of reader.pieces({ from: start, signal })) {
      const part = piece.subarray(0, pcm.length - filled);
      pcm.set(part, filled);
      filled += part.length;
      if (filled === pcm.length) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof SoundError && thrown.code === "audio-damaged" && filled > 0)) throw thrown;
  }
  return { pcm: pcm.slice(0, filled), sampleRate: reader.sampleRate };
}
