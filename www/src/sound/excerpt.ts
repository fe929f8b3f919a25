// A short stretch of a recording, to play or save.

import { type Channel, openRecording, type Recording, type RecordingReader } from "sourcing-sound";

/** Longer stretches are cut off. */
const MOST_SECONDS = 60;

/** Where the excerpt of a stretch ends, in seconds. */
export function excerptEnd(start: number, end: number): number {
  return Math.min(end, start + MOST_SECONDS);
}

export async function excerpt(
  file: File,
  start: number,
  end: number,
  signal: AbortSignal,
  channel: Channel = "mix",
): Promise<Recording> {
  const reader = await openRecording(file, { channel });
  try {
    return await cut(reader, start, excerptEnd(start, end) - start, signal);
  } finally {
    reader.close();
  }
}

/** Up to `seconds` of a recording, starting at `start`; of a damaged file, as much as can be read. */
async function cut(
  reader: RecordingReader,
  start: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Recording> {
  const pcm = new Float32Array(Math.round(seconds * reader.sampleRate));
  let filled = 0;
  for await (const piece of reader.pieces({ from: start, signal })) {
    const part = piece.subarray(0, pcm.length - filled);
    pcm.set(part, filled);
    filled += part.length;
    if (filled === pcm.length) break;
  }
  return { pcm: pcm.slice(0, filled), sampleRate: reader.sampleRate };
}
