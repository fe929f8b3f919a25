// A short stretch of a recording, to be played or kept.

import { openRecording, type Recording } from "sourcing-sound";
import { cut } from "./cut.js";

/** Longer stretches are cut: this is for listening in. */
const MOST_SECONDS = 60;

export async function excerpt(file: File, start: number, end: number, signal: AbortSignal): Promise<Recording> {
  const reader = await openRecording(file);
  try {
    return await cut(reader, start, Math.min(end - start, MOST_SECONDS), signal);
  } finally {
    reader.close();
  }
}
