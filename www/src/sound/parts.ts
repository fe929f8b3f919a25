// What a recording's segments say together.

import type { Category, Prediction } from "sourcing-sound";

/** A stretch of a recording with one answer. */
export interface Part {
  /** Seconds. */
  start: number;
  end: number;
  /** `undefined` when it is none of the labels. */
  label: string | undefined;
  /** Highest score of the stretch's best label. */
  score: number;
}

/** Neighbouring segments with the same answer as one part; each part ends where the next begins. */
export function toParts(predictions: readonly Prediction[]): Part[] {
  const parts: Part[] = [];
  for (const { start, end, categories, rejected } of predictions) {
    const best = categories[0];
    const label = rejected ? undefined : best?.label;
    const score = best?.score ?? 0;
    const last = parts.at(-1);
    if (last && last.label === label) {
      last.end = end;
      last.score = Math.max(last.score, score);
    } else {
      if (last) last.end = start;
      parts.push({ start, end, label, score });
    }
  }
  return parts;
}

/** One answer for the whole: mean scores, and rejected when more than half of the segments are. */
export function overall(predictions: readonly Prediction[]): { categories: Category[]; rejected: boolean } {
  const sums = new Map<string, Category>();
  for (const { categories } of predictions) {
    for (const { label, index, score } of categories) {
      const sum = sums.get(label)?.score ?? 0;
      sums.set(label, { label, index, score: sum + score / predictions.length });
    }
  }
  const rejected = predictions.filter((prediction) => prediction.rejected).length;
  return {
    categories: [...sums.values()].sort((a, b) => b.score - a.score),
    rejected: rejected * 2 > predictions.length,
  };
}
