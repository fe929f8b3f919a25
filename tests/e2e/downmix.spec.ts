// Several channels are mixed as in Rust: golden/downmix.json, which tests/downmix.rs writes and compares too.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { PACKAGE, REPOSITORY } from "./support/environment";
import { noise, waveFile } from "./support/wave-file";

interface Case {
  name: string;
  frames: number;
  channels: { from: number; seed: number; gain: number }[][];
  taken: [number, number] | null;
  samples: number[];
}

interface Read {
  warnings: { code: string; time: number; channel?: number }[];
  samples: number[];
  length: number;
}

const RATE = 48_000;
const EVERY = 611;
const cases = JSON.parse(readFileSync(join(REPOSITORY, "tests/golden/downmix.json"), "utf8")) as Case[];
const node = JSON.stringify(pathToFileURL(join(PACKAGE, "dist/node.js")).href);

/** What the package in Node reads of WAV files with 32-bit floats. */
function read(files: Buffer[]): Read[] {
  const script = `
    const { openRecording } = await import(${node});
    let input = "";
    for await (const chunk of process.stdin) input += chunk;
    const results = [];
    for (const base64 of JSON.parse(input)) {
      const reader = await openRecording(new Blob([Buffer.from(base64, "base64")]));
      const mono = [];
      for await (const piece of reader.pieces()) for (const sample of piece) mono.push(sample);
      const samples = mono.filter((_, i) => i % ${EVERY} === 0);
      results.push({ warnings: reader.warnings, samples, length: mono.length });
    }
    console.log(JSON.stringify(results));
  `;
  const input = JSON.stringify(files.map((file) => file.toString("base64")));
  const options = { encoding: "utf8" as const, maxBuffer: 2 ** 26, input };
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script], options)) as Read[];
}

test("mixes are the golden ones", () => {
  const files = cases.map(({ frames, channels }) =>
    waveFile(
      RATE,
      channels.map((parts) => {
        const samples = new Float32Array(frames);
        for (const { from, seed, gain } of parts) samples.set(noise(seed, frames, gain).subarray(from), from);
        return samples;
      }),
    ),
  );
  read(files).forEach(({ warnings, samples, length }, i) => {
    const { name, frames, taken, samples: wanted } = cases[i]!;
    expect(length, name).toBe(frames);
    expect(samples.length, name).toBe(wanted.length);
    const furthest = Math.max(...samples.map((sample, n) => Math.abs(sample - wanted[n]!)));
    expect(furthest, name).toBeLessThanOrEqual(1e-6);
    const told = warnings.map(({ code, time, channel }) => [code, channel, Math.round(time * RATE)]);
    expect(told, name).toEqual(taken ? [["channel-taken", ...taken]] : []);
  });
});
