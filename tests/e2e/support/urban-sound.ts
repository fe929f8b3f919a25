// Clips of UrbanSound8K in its official layout, chosen the same way each time.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Clip {
  name: string;
  /** The class that the data set gives it. */
  label: string;
  path: string;
}

const FOLDS = ["1", "2"];
const FORMATS = [".wav", ".flac", ".ogg"];

/**
 * The first available clip of each class in each of the folds 1 and 2, in the order of the data set's table. `undefined`
 * without the data set.
 */
export function chooseClips(dataPath: string): Clip[] | undefined {
  const root = join(dataPath, "UrbanSound8K");
  const table = join(root, "metadata/UrbanSound8K.csv");
  if (!existsSync(table)) return undefined;
  const [head, ...lines] = readFileSync(table, "utf8").trim().split(/\r?\n/);
  const columns = head!.split(",");
  const column = (row: string[], name: string) => row[columns.indexOf(name)] ?? "";
  const chosen = new Map<string, Clip>();
  for (const line of lines) {
    const row = line.split(",");
    const fold = column(row, "fold");
    const label = column(row, "class");
    const key = `${fold} ${label}`;
    if (!FOLDS.includes(fold) || chosen.has(key)) continue;
    const name = column(row, "slice_file_name").replace(/\.wav$/, "");
    const path = FORMATS.map((format) => join(root, "audio", `fold${fold}`, name + format)).find(existsSync);
    if (path) chosen.set(key, { name, label, path });
  }
  return [...chosen.values()];
}
