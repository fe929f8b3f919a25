// A sound file, read by the browser and mixed to one channel.

import type { Recording } from "sourcing-sound";
import { PageError } from "../page-error.js";
import { sampleRateOf } from "./sample-rate.js";

const MAX_SECONDS = 600;
/** No compressed or plain file of ten minutes is larger; refused before it is read. */
const MAX_BYTES = 300 * 1024 * 1024;

/** Throws `undecodable` or `too-long`. */
export async function decode(file: Blob): Promise<Recording> {
  if (file.size > MAX_BYTES) throw new PageError("too-long");
  const bytes = await file.arrayBuffer();
  const buffer = await toBuffer(bytes);
  if (buffer.duration > MAX_SECONDS) throw new PageError("too-long");
  return { pcm: mixDown(buffer), sampleRate: buffer.sampleRate };
}

async function toBuffer(bytes: ArrayBuffer): Promise<AudioBuffer> {
  try {
    return await new OfflineAudioContext(1, 1, sampleRateOf(bytes)).decodeAudioData(bytes);
  } catch (cause) {
    throw new PageError("undecodable", { cause });
  }
}

/** The mean of the channels. */
function mixDown(buffer: AudioBuffer): Float32Array<ArrayBuffer> {
  const mono = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < mono.length; i += 1) mono[i]! += samples[i]! / buffer.numberOfChannels;
  }
  return mono;
}
