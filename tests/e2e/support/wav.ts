// Sound as PCM16 WAV files, which Chromium's fake microphone and the command line both read.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Folder of this process, removed when it ends. */
export const temporary = mkdtempSync(join(tmpdir(), "sourcing-sound-e2e-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

export interface Sound {
  samples: Float32Array;
  sampleRate: number;
}

/** Writes a mono file with 16 bits a sample and gives its path. */
export function writeWav(name: string, { samples, sampleRate }: Sound): string {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32767), 44 + i * 2);
  });
  const path = join(temporary, name);
  writeFileSync(path, bytes);
  return path;
}

/** The sound over and over until it lasts `seconds` at least; always a whole number of times, as a loop is played. */
export function tiled({ samples, sampleRate }: Sound, seconds: number): Sound {
  const times = Math.max(1, Math.ceil((seconds * sampleRate) / samples.length));
  const longer = new Float32Array(times * samples.length);
  for (let i = 0; i < times; i += 1) longer.set(samples, i * samples.length);
  return { samples: longer, sampleRate };
}
