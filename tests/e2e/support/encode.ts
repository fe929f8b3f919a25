// Other formats than WAV, written by ffmpeg if there is one.

import { execFileSync } from "node:child_process";

/** Writes `from` as `to`; false if there is no ffmpeg that can. */
export function encode(from: string, to: string, ...options: string[]): boolean {
  try {
    execFileSync("ffmpeg", ["-loglevel", "error", "-y", "-i", from, ...options, to]);
    return true;
  } catch {
    return false;
  }
}
