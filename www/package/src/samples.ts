import { SoundError } from "./errors.js";

/** Mono samples: from −1 to 1, or as 16-bit integers. */
export type Samples = Float32Array | Int16Array;

export function isSamples(sound: unknown): sound is Samples {
  return sound instanceof Float32Array || sound instanceof Int16Array;
}

/** Samples from −1 to 1; what is so already is given back as it is. Throws `config` for anything else than samples. */
export function toFloat32(samples: Samples): Float32Array {
  if (samples instanceof Float32Array) return samples;
  if (samples instanceof Int16Array) return Float32Array.from(samples, (sample) => sample / 32768);
  throw new SoundError("config", "expected samples as Float32Array or Int16Array");
}
