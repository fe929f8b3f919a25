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

/** Without it, Excel takes the text for another encoding. */
const BYTE_ORDER_MARK = "\ufeff";

/**
 * Comma-separated values as in RFC 4180, or, where the comma is the `decimal` sign, separated by semicolons: what Excel
 * expects in such a language. Times are ISO 8601 in UTC for live events and seconds for recordings.
 */
export function toCsv(rows: readonly Row[], decimal: "." | "," = "."): string {
  const separator = decimal === "," ? ";" : ",";
  const number = (value: number, digits: number) => value.toFixed(digits).replace(".", decimal);
  const lines = rows.map((row) => {
    const time = (seconds: number) => (row.file === undefined ? new Date(seconds * 1000).toISOString() : number(seconds, 3));
    const duration = number(row.offset - row.onset, 3);
    return [row.file ?? "", time(row.onset), time(row.offset), duration, row.label, number(row.score, 4), row.model];
  });
  const head = ["file", "onset", "offset", "duration", "label", "score", "model"];
  const line = (cells: string[]) => `${cells.map((text) => cell(text, separator)).join(separator)}\r\n`;
  return BYTE_ORDER_MARK + [head, ...lines].map(line).join("");
}

/** Quoted where necessary. A spreadsheet would run a cell that starts like a formula, so that is turned into text. */
function cell(text: string, separator: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /["\r\n]/.test(safe) || safe.includes(separator) ? `"${safe.replaceAll('"', '""')}"` : safe;
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
