// Saves files to the user's device.

import { language } from "../texts/index.js";
import { formatTexts } from "../texts/export.js";
import { smallButton } from "../ui/dom.js";
import { type Row, toAudacity, toCsv } from "./rows.js";
import { toZip } from "./zip.js";

export type Format = keyof typeof formatTexts;

const FORMATS: readonly Format[] = ["csv", "json", "audacity"];

/** How long the browser may take to start a download. */
const KEPT_MS = 60_000;

export function saveFile(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** Saves `rows` as `name` plus the format's extension; JSON contains `whole` instead. */
export function saveRows(name: string, format: Format, rows: readonly Row[], whole: () => unknown = () => rows): void {
  switch (format) {
    case "csv":
      return saveFile(`${name}.csv`, new Blob([toCsv(rows, language === "de" ? "," : ".")], { type: "text/csv" }));
    case "json":
      return saveFile(`${name}.json`, new Blob([JSON.stringify(whole(), undefined, 2)], { type: "application/json" }));
    case "audacity":
      return saveFile(`${name}.txt`, new Blob([toAudacity(rows)], { type: "text/plain" }));
  }
}

/** Saves the label tracks of several recordings, each with the name of its recording, as one archive. */
export function saveTracks(name: string, recordings: readonly (readonly Row[])[]): void {
  const tracks = new Map<string, string>();
  for (const rows of recordings) {
    const file = rows[0]?.file ?? name;
    let free = `${file}.txt`;
    for (let n = 2; tracks.has(free); n += 1) free = `${file} (${n}).txt`;
    tracks.set(free, toAudacity(rows));
  }
  saveFile(`${name}.zip`, toZip(tracks));
}

/** One button per format; its `data-testid` is `prefix-format`. */
export function formatButtons(prefix: string, save: (format: Format) => void): HTMLElement[] {
  return FORMATS.map((format) => smallButton(formatTexts[format], `${prefix}-${format}`, () => save(format)));
}
