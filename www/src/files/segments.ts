// The answers for the segments of a recording. A folder may hold days of sound, so only the numbers in them are kept.

import type { Category, ModelInfo, Prediction } from "sourcing-sound";
import type { Muted } from "../listen/muted.js";
import type { Answer } from "../sound/parts.js";

/** With hundreds of labels, this many per segment are enough: the best one that is not muted is shown. */
export const TOP = 20;

/** Segments that there is room for at first. */
const ROOM = 256;

export class Segments {
  readonly #info: ModelInfo;
  /** How many labels are kept of each segment. */
  readonly #top: number;
  /** Of each label that occurred, by its index; their scores are of no use. */
  readonly #categories: Category[] = [];
  #length = 0;
  /** Starts and ends, in seconds. */
  #times = new Float64Array(2 * ROOM);
  #rejected = new Uint8Array(ROOM);
  /** The indices of each segment's best labels, best first, and their scores. */
  #indices: Uint32Array<ArrayBuffer>;
  #scores: Float32Array<ArrayBuffer>;

  constructor(info: ModelInfo) {
    this.#info = info;
    this.#top = Math.min(TOP, info.labels.length);
    this.#indices = new Uint32Array(this.#top * ROOM);
    this.#scores = new Float32Array(this.#top * ROOM);
  }

  push(predictions: readonly Prediction[]): void {
    for (const { start, end, categories, rejected } of predictions) {
      if (this.#length === this.#rejected.length) this.#grow();
      const at = this.#length;
      this.#times.set([start, end], 2 * at);
      this.#rejected[at] = Number(rejected);
      for (const [place, category] of categories.slice(0, this.#top).entries()) {
        this.#categories[category.index] ??= category;
        this.#indices[at * this.#top + place] = category.index;
        this.#scores[at * this.#top + place] = category.score;
      }
      this.#length += 1;
    }
  }

  /** The answers in order, without what the user has muted: each with its best label only, and no groups. */
  *answers(muted: Muted): Generator<Answer> {
    for (let at = 0; at < this.#length; at += 1) {
      const [start, end] = [this.#times[2 * at]!, this.#times[2 * at + 1]!];
      const { categories, rejected } = this.#shown(at, muted);
      yield { start, end, categories: categories.slice(0, 1), groups: [], rejected };
    }
  }

  #shown(at: number, muted: Muted): Pick<Answer, "categories" | "rejected"> {
    const rejected = this.#rejected[at] === 1;
    const best = this.#best(at, 1);
    // The others are needed only if it is muted.
    if (best.every(({ label }) => !muted.has(label))) return { categories: best, rejected };
    return muted.without({ categories: this.#best(at, this.#top), rejected }, this.#info);
  }

  #best(at: number, count: number): Category[] {
    const first = at * this.#top;
    const indices = [...this.#indices.subarray(first, first + count)];
    return indices.map((index, place) => ({ ...this.#categories[index]!, score: this.#scores[first + place]! }));
  }

  #grow(): void {
    const room = 2 * this.#length;
    const [times, rejected, indices, scores] = [this.#times, this.#rejected, this.#indices, this.#scores];
    this.#times = new Float64Array(2 * room);
    this.#rejected = new Uint8Array(room);
    this.#indices = new Uint32Array(this.#top * room);
    this.#scores = new Float32Array(this.#top * room);
    this.#times.set(times);
    this.#rejected.set(rejected);
    this.#indices.set(indices);
    this.#scores.set(scores);
  }
}
