// Reads a recording piece by piece, at the file's own sample rate. Only the current
// piece is in memory, so a recording can be hours long.

import { SoundError } from "../shared/errors.js";
import type { RecordingReader } from "../shared/types.js";
import { openPackets } from "./packets.js";
import { PIECE_SAMPLES } from "./pcm.js";
import { decodeWhole } from "./whole.js";

/** Throws `audio-format`, `audio-empty`, `audio-read`, or `audio-too-long` for what can only be read as a whole. */
export async function openFile(file: Blob): Promise<RecordingReader> {
  if (file.size === 0) throw new SoundError("audio-empty", "the file has no bytes");
  return (await openPackets(file)) ?? (await openWhole(file));
}

async function openWhole(file: Blob): Promise<RecordingReader> {
  const { pcm, sampleRate } = await decodeWhole(file);
  if (pcm.length === 0) throw new SoundError("audio-empty", "the file has no samples");
  return {
    sampleRate,
    duration: pcm.length / sampleRate,
    async *pieces({ from = 0, signal } = {}) {
      for (let at = Math.round(from * sampleRate); at < pcm.length; at += PIECE_SAMPLES) {
        signal?.throwIfAborted();
        yield pcm.slice(at, at + PIECE_SAMPLES);
      }
    },
    close() {},
  };
}
