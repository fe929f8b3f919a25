// One answer for several segments of a recording: for neighbours with the same answer, and for the whole.

import type { Category, GroupScore, Prediction } from "sourcing-sound";

/** A stretch of a recording with one answer. */
export interface Part {
  /** Seconds. */
  start: number;
  end: number;
  /** `undefined` if it is rejected. */
  category: Category | undefined;
  /** The category's group at its highest score. */
  group: GroupScore | undefined;
  /** Highest score of the stretch's best label. */
  score: number;
}

/** The answer for one segment. */
export type Answer = Pick<Prediction, "start" | "end" | "categories" | "groups" | "rejected">;

/** Joins neighbours with the same answer; each part ends where the next one starts. */
export function toParts(answers: Iterable<Answer>): Part[] {
  const parts: Part[] = [];
  for (const { start, end, categories, groups, rejected } of answers) {
    const category = rejected ? undefined : categories[0];
    const group = groups.find(({ name }) => name === category?.group);
    const score = categories[0]?.score ?? 0;
    const last = parts.at(-1);
    if (last && last.category?.label === category?.label) {
      last.end = end;
      last.score = Math.max(last.score, score);
      if (group && group.score > (last.group?.score ?? 0)) last.group = group;
    } else {
      if (last) last.end = start;
      parts.push({ start, end, category, group, score });
    }
  }
  return parts;
}

/** One answer for all of them: mean scores, and rejected if more than half of the segments are. */
export function overall(predictions: readonly Prediction[]): Pick<Prediction, "categories" | "groups" | "rejected"> {
  const rejected = predictions.filter((prediction) => prediction.rejected).length;
  return {
    categories: meanCategories(predictions),
    groups: meanGroups(predictions),
    rejected: rejected * 2 > predictions.length,
  };
}

/**
 * Every label with its mean score. The order combines the orders of the segments: in each segment a label counts as much
 * as the highest score from its place on, so that a precise label stays before a general one even if its score is lower.
 * For one segment this is the segment's own order.
 */
function meanCategories(predictions: readonly Prediction[]): Category[] {
  const sums = new Map<number, { category: Category; worth: number; place: number }>();
  for (const { categories } of predictions) {
    let worth = 0;
    for (let place = categories.length - 1; place >= 0; place -= 1) {
      const category = categories[place]!;
      worth = Math.max(worth, category.score);
      const sum = sums.get(category.index) ?? { category: { ...category, score: 0 }, worth: 0, place: 0 };
      sum.category.score += category.score / predictions.length;
      sum.worth += worth;
      sum.place += place;
      sums.set(category.index, sum);
    }
  }
  return [...sums.values()].sort((a, b) => b.worth - a.worth || a.place - b.place).map(({ category }) => category);
}

function meanGroups(predictions: readonly Prediction[]): GroupScore[] {
  const sums = new Map<string, GroupScore>();
  for (const { groups } of predictions) {
    for (const group of groups) {
      const sum = sums.get(group.name) ?? { ...group, score: 0 };
      sum.score += group.score / predictions.length;
      sums.set(group.name, sum);
    }
  }
  return [...sums.values()].sort((a, b) => b.score - a.score);
}
