/** The value that occurs most often; of equals, the one that came first. */
export function mostOften(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  if (!best) throw new Error("there is nothing to count");
  return best[0];
}

/** Scores for a message: the three best, in percent. */
export function describe(scores: Record<string, number>): string {
  return Object.entries(scores)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([label, score]) => `${label} ${(score * 100).toFixed(0)}%`)
    .join(", ");
}
