// Recordings as the package reads them in Node, without a browser.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SoundWarning } from "sourcing-sound";
import { PACKAGE } from "./environment";

export interface ReadFile {
  /** Of the error; "none" without one. */
  code: string;
  channels: number;
  duration: number;
  warnings: SoundWarning[];
  samples: number[];
}

const script = `
  const { openRecording, SoundError } = await import(${JSON.stringify(pathToFileURL(join(PACKAGE, "dist/node.js")).href)});
  const [options, ...paths] = process.argv.slice(1);
  const results = [];
  for (const path of paths) {
    try {
      const reader = await openRecording(path, JSON.parse(options));
      const samples = [];
      for await (const piece of reader.pieces()) for (const sample of piece) samples.push(sample);
      const { channels, duration, warnings } = reader;
      reader.close();
      results.push({ code: "none", channels, duration, warnings, samples });
    } catch (thrown) {
      if (!(thrown instanceof SoundError)) throw thrown;
      results.push({ code: thrown.code, channels: 0, duration: 0, warnings: [], samples: [] });
    }
  }
  console.log(JSON.stringify(results));
`;

/** Reads each file to its end. */
export function readInNode(files: readonly Buffer[], options: object = {}): ReadFile[] {
  const folder = mkdtempSync(join(tmpdir(), "sourcing-sound-node-"));
  try {
    const paths = files.map((bytes, i) => {
      const path = join(folder, `${i}.wav`);
      writeFileSync(path, bytes);
      return path;
    });
    const argv = ["--input-type=module", "--eval", script, JSON.stringify(options), ...paths];
    return JSON.parse(execFileSync(process.execPath, argv, { encoding: "utf8", maxBuffer: 2 ** 28 })) as ReadFile[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
