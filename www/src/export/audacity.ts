// Audacity's label tracks: a line per label, "start <tab> end <tab> label", in
// seconds. Live events count from the first one's beginning.

import type { Row } from "./rows.js";

export function toAudacity(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => a.onset - b.onset);
  const zero = sorted[0]?.file === undefined ? (sorted[0]?.onset ?? 0) : 0;
  return sorted
    .map(({ onset, offset, label }) => [(onset - zero).toFixed(6), (offset - zero).toFixed(6), label.replaceAll(/\s+/g, " ")])
    .map((cells) => `${cells.join("\t")}\n`)
    .join("");
}
