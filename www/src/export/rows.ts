// What is exported: sounds with their beginning and end.

export interface Row {
  label: string;
  /** Seconds: from a recording's first sample, or since 1970 (UTC) for live events. */
  onset: number;
  offset: number;
  /** 0 to 1. */
  score: number;
  /** Name of the model that detected it. */
  model: string;
  /** Name of the recording, where there is one. */
  file?: string;
}

/** Comma-separated values as RFC 4180 has them. Times of live events are ISO 8601 in UTC, those of recordings seconds. */
export function toCsv(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const time = (seconds: number) => (row.file === undefined ? new Date(seconds * 1000).toISOString() : seconds.toFixed(3));
    const duration = (row.offset - row.onset).toFixed(3);
    return [row.file ?? "", time(row.onset), time(row.offset), duration, row.label, row.score.toFixed(4), row.model];
  });
  const head = ["file", "onset", "offset", "duration", "label", "score", "model"];
  return [head, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** Quoted where it must be. A spreadsheet would run what begins like a formula, so that is made text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Audacity's label tracks: a line per label, "start <tab> end <tab> label", in seconds. Live events count from the first
 * one's beginning.
 */
export function toAudacity(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => a.onset - b.onset);
  const zero = sorted[0]?.file === undefined ? (sorted[0]?.onset ?? 0) : 0;
  return sorted
    .map(({ onset, offset, label }) => [(onset - zero).toFixed(6), (offset - zero).toFixed(6), label.replaceAll(/\s+/g, " ")])
    .map((cells) => `${cells.join("\t")}\n`)
    .join("");
}
