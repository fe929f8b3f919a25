// A recording piece by piece, at the file's own rate: hours of it fit in
// memory, because no more of it is held than is being heard.

import { SoundError } from "sourcing-sound";
import { PageError } from "../page-error.js";
import { decode } from "./decode.js";

/** Samples in a piece: 1.4 s at 48 kHz. */
export const PIECE_SAMPLES = 65536;

export interface Source {
  /** Samples per second, as the file has them. */
  readonly sampleRate: number;
  /** Seconds; an estimate for files that do not say it. */
  readonly duration: number;
  /**
   * The mean of the channels from `from` on, in seconds. Throws `damaged` where the file breaks off, after all that
   * could be heard; throws the signal's reason when it is aborted.
   */
  pieces(signal: AbortSignal, from?: number): AsyncIterable<Float32Array<ArrayBuffer>>;
  /** Lets go of the file. */
  close(): void;
}

/** Throws `undecodable`, `too-long` for what this browser can only read as a whole, or `audio-empty`. */
export async function openRecording(file: File): Promise<Source> {
  if (file.size === 0) throw new SoundError("audio-empty", "the file has no bytes");
  // Loaded only now: whoever listens needs no decoder of files.
  const { openPackets } = await import("./packets.js");
  return (await openPackets(file)) ?? (await openWhole(file));
}

/** What only the browser's own decoder reads: all at once, so no more than ten minutes. */
async function openWhole(file: File): Promise<Source> {
  const { pcm, sampleRate } = await decode(file);
  if (pcm.length === 0) throw new SoundError("audio-empty", "the file has no samples");
  return {
    sampleRate,
    duration: pcm.length / sampleRate,
    async *pieces(signal, from = 0) {
      for (let at = Math.round(from * sampleRate); at < pcm.length; at += PIECE_SAMPLES) {
        signal.throwIfAborted();
        yield pcm.slice(at, at + PIECE_SAMPLES);
      }
    },
    close() {},
  };
}

/** Up to `seconds` of a recording in one, from `start` on. What a damaged file still has is enough. */
export async function cut(source: Source, start: number, seconds: number, signal: AbortSignal) {
  const pcm = new Float32Array(Math.round(seconds * source.sampleRate));
  let filled = 0;
  try {
    for await (const piece of source.pieces(signal, start)) {
      const part = piece.subarray(0, pcm.length - filled);
      pcm.set(part, filled);
      filled += part.length;
      if (filled === pcm.length) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof PageError && thrown.code === "damaged" && filled > 0)) throw thrown;
  }
  return { pcm: pcm.slice(0, filled), sampleRate: source.sampleRate };
}
