// The last seconds of sound from a microphone. Positions count the samples since
// listening began.

import type { Stretch } from "../shared/protocol.js";

export class PcmRing {
  readonly #samples: Float32Array;
  #start: number;
  #end: number;

  /** Keeps the last `capacity` samples; the first sample pushed has the position `start`. */
  constructor(capacity: number, start: number) {
    this.#samples = new Float32Array(capacity);
    this.#start = start;
    this.#end = start;
  }

  /** Position after the last sample. */
  get end(): number {
    return this.#end;
  }

  push(pcm: Float32Array): void {
    const capacity = this.#samples.length;
    const kept = pcm.subarray(Math.max(0, pcm.length - capacity));
    const at = (this.#end + pcm.length - kept.length) % capacity;
    const first = kept.subarray(0, capacity - at);
    this.#samples.set(first, at);
    this.#samples.set(kept.subarray(first.length), 0);
    this.#end += pcm.length;
    this.#start = Math.max(this.#start, this.#end - capacity);
  }

  /** Returns the sound from `position` on, or from the first sample kept if that is later. */
  since(position: number): Stretch {
    const start = Math.min(Math.max(position, this.#start), this.#end);
    const pcm = new Float32Array(this.#end - start);
    const at = start % this.#samples.length;
    const first = this.#samples.subarray(at, at + pcm.length);
    pcm.set(first, 0);
    pcm.set(this.#samples.subarray(0, pcm.length - first.length), first.length);
    return { pcm, start };
  }
}
