// Comma-separated values as RFC 4180 has them. Times of live events
// are ISO 8601 in UTC, those of recordings seconds.

import type { Row } from "./rows.js";

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
