// What is exported: labels with their start and end, as CSV or as a label track.

export interface Row {
  label: string;
  /** Seconds from the start of a recording; since 1970 (UTC) for live events. */
  onset: number;
  offset: number;
  /** 0 to 1. */
  score: number;
  /** Name of the model that detected it. */
  model: string;
  /** Name of the recording; live events have none. */
  file?: string;
}

/** Comma-separated values as in RFC 4180. Times are ISO 8601 in UTC for live events and seconds for recordings. */
export function toCsv(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const time = (seconds: number) => (row.file === undefined ? new Date(seconds * 1000).toISOString() : seconds.toFixed(3));
    const duration = (row.offset - row.onset).toFixed(3);
    return [row.file ?? "", time(row.onset), time(row.offset), duration, row.label, row.score.toFixed(4), row.model];
  });
  const head = ["file", "onset", "offset", "duration", "label", "score", "model"];
  return [head, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** Quoted where necessary. A spreadsheet would run a cell that starts like a formula, so that is turned into text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * A label track for Audacity: one line per label, "start <tab> end <tab> label", in seconds. For live events 0 is the
 * start of the first one.
 */
export function toAudacity(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => a.onset - b.onset);
  const zero = sorted[0]?.file === undefined ? (sorted[0]?.onset ?? 0) : 0;
  return sorted
    .map(({ onset, offset, label }) => [(onset - zero).toFixed(6), (offset - zero).toFixed(6), label.replaceAll(/\s+/g, " ")])
    .map((cells) => `${cells.join("\t")}\n`)
    .join("");
}
