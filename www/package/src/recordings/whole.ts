// Reads a recording that only the browser's own decoder can decode: all at once,
// mixed down to one channel.

import { messageOf, SoundError } from "../shared/errors.js";
import { sampleRateOf } from "./headers.js";
import { secondsOf } from "./packets.js";
import { mixBuffer, type Reading } from "./pcm.js";
import type { Recording } from "../shared/types.js";

const MAX_SECONDS = 600;
/** No file of ten minutes is larger, compressed or not; a larger one is refused before it is read. */
const MAX_BYTES = 300 * 1024 * 1024;

/** Throws `audio-format`, `audio-too-long`, `audio-channels` or `audio-read`. */
export async function decodeWhole(file: Blob, reading: Reading): Promise<Recording & { channels: number }> {
  // Decoding may take a hundred times the file's size in memory, so the length is checked first.
  if (file.size > MAX_BYTES || ((await secondsOf(file)) ?? 0) > MAX_SECONDS) throw tooLong();
  const buffer = await toBuffer(await bytesOf(file));
  if (buffer.duration > MAX_SECONDS) throw tooLong();
  return { pcm: mixBuffer(buffer, reading), sampleRate: buffer.sampleRate, channels: buffer.numberOfChannels };
}

async function bytesOf(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new SoundError("audio-read", `the recording cannot be read: ${messageOf(cause)}`, { cause });
  }
}

async function toBuffer(bytes: ArrayBuffer): Promise<AudioBuffer> {
  // It exists neither in workers nor outside browsers.
  if (typeof OfflineAudioContext === "undefined") throw undecodable();
  try {
    return await new OfflineAudioContext(1, 1, sampleRateOf(bytes)).decodeAudioData(bytes);
  } catch (cause) {
    throw undecodable(cause);
  }
}

function undecodable(cause?: unknown): SoundError {
  return new SoundError("audio-format", "the recording cannot be decoded by this browser", { cause });
}

function tooLong(): SoundError {
  const minutes = MAX_SECONDS / 60;
  return new SoundError("audio-too-long", `this browser can only read such a file as a whole, up to ${minutes} minutes`);
}
