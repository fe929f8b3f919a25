// What can be classified: samples, and recordings as files.

import { SoundError } from "./errors.js";

/** Mono samples, from −1 to 1 or as 16-bit integers. */
export type Samples = Float32Array | Int16Array;

/** A recording as a file, or the bytes of one. A `Float32Array` or an `Int16Array` holds samples, not a file. */
export type AudioFile = Blob | ArrayBuffer | Uint8Array<ArrayBuffer>;

export function isSamples(sound: unknown): sound is Samples {
  return sound instanceof Float32Array || sound instanceof Int16Array;
}

/**
 * Returns a copy with samples from −1 to 1, which belongs to the call: the caller may change its own at once, and a view of a long
 * buffer takes none of the rest along. Throws `config` for anything but samples.
 */
export function toFloat32(samples: Samples): Float32Array<ArrayBuffer> {
  if (samples instanceof Float32Array) return new Float32Array(samples);
  if (samples instanceof Int16Array) return Float32Array.from(samples, (sample) => sample / 32768);
  throw new SoundError("config", "expected samples as Float32Array or Int16Array");
}

/** Returns `length` samples of silence. Throws `limit` if there is not enough memory. */
export function silence(length: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new SoundError("limit", `there is no memory for ${length} samples`, { cause });
  }
}

/** Throws `config` for anything that is not a file. */
export function toBlob(file: AudioFile): Blob {
  if (file instanceof Blob) return file;
  if (file instanceof ArrayBuffer || file instanceof Uint8Array) return new Blob([file]);
  throw new SoundError("config", "expected a File, a Blob, or the bytes of a file as ArrayBuffer or Uint8Array");
}
