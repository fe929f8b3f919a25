import type { Level } from "../shared/types.js";

/** RMS and peak of some samples in dBFS; a full-scale square wave has 0 of both. */
export function levelOf(pcm: Float32Array): Level {
  let peak = 0;
  let squares = 0;
  for (const sample of pcm) {
    peak = Math.max(peak, Math.abs(sample));
    squares += sample * sample;
  }
  return { rms: 10 * Math.log10(squares / pcm.length), peak: 20 * Math.log10(peak) };
}
