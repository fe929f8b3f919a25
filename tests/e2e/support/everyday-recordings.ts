// Recordings of everyday sounds, chosen the same way each time, and one long track made of them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sound } from "./wav";

/** How many of each kind. */
const EACH = 3;

export interface Chosen {
  kind: string;
  path: string;
}

/** A table of a data set, row by row. */
function rowsOf(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  const columns = head!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, i) => [columns[i], value])));
}

/** Paths of one of the folders that have `audio` and `metadata.csv`, of the rows that `wanted` takes. */
function filesOf(dataPath: string, folder: string, wanted: (row: Record<string, string>) => boolean): string[] {
  const table = join(dataPath, folder, "metadata.csv");
  if (!existsSync(table)) return [];
  const paths = rowsOf(table).filter(wanted).map((row) => join(dataPath, folder, "audio", row["filename"] ?? ""));
  return paths.filter((path) => existsSync(path));
}

/** Slices of UrbanSound8K's folds 1 and 2 of a class, one of each recording, in the foreground and of the full 4 s. */
function urbanSlices(dataPath: string, label: string): string[] {
  const root = join(dataPath, "UrbanSound8K");
  const table = join(root, "metadata/UrbanSound8K.csv");
  if (!existsSync(table)) return [];
  const seen = new Set<string>();
  const paths: string[] = [];
  for (const row of rowsOf(table)) {
    const { fold = "", class: given, salience, fsID = "", start, end, slice_file_name: name = "" } = row;
    const whole = Number(end) - Number(start) >= 4;
    if (given !== label || salience !== "1" || !["1", "2"].includes(fold) || !whole || seen.has(fsID)) continue;
    const path = join(root, "audio", `fold${fold}`, name.replace(/\.wav$/, ".ogg"));
    if (!existsSync(path)) continue;
    seen.add(fsID);
    paths.push(path);
  }
  return paths;
}

/** Evenly spread over the list, so that they are of several recordings and people. */
function spread(paths: readonly string[], count: number): string[] {
  if (paths.length <= count) return [...paths];
  return Array.from({ length: count }, (_, i) => paths[Math.floor((i * paths.length) / count)]!);
}

/** Three of each kind; fewer, or none, if the data sets are missing. */
export function chooseEveryday(dataPath: string): Chosen[] {
  const esc = (category: string) => filesOf(dataPath, "ESC-10", (row) => row["category"] === category);
  const kinds: Record<string, string[]> = {
    speech: digits(dataPath),
    rain: esc("rain"),
    dog: esc("dog_bark"),
    siren: urbanSlices(dataPath, "siren"),
    keyboard: filesOf(dataPath, "ambience", (row) => row["category"] === "things__keyboard"),
    rooster: esc("rooster"),
    "crying baby": esc("baby_cry"),
    music: urbanSlices(dataPath, "street_music"),
    clock: esc("clock_tick"),
  };
  return Object.entries(kinds).flatMap(([kind, paths]) => spread(paths, EACH).map((path) => ({ kind, path })));
}

/** Sixty recordings of spoken digits by six people. */
export function digits(dataPath: string): string[] {
  return filesOf(dataPath, "speech", () => true);
}

/** Where a recording is in a track, in seconds from the beginning. */
export interface Part {
  kind: string;
  name: string;
  start: number;
  end: number;
}

export interface Track {
  sound: Sound;
  parts: Part[];
}

/** Amplitude of the noise between recordings, about -85 dBFS RMS: the faint hiss of an input in a quiet room. */
const HISS = 1e-4;

/** One recording after the other, each cut at `most` seconds, with `gap` seconds of faint noise before and after. */
export function trackOf(recordings: readonly { kind: string; name: string; sound: Sound }[], most: number, gap: number): Track {
  const sampleRate = recordings[0]!.sound.sampleRate;
  const parts: Part[] = [];
  const pieces: { at: number; samples: Float32Array }[] = [];
  let at = Math.round(gap * sampleRate);
  for (const { kind, name, sound } of recordings) {
    const samples = sound.samples.subarray(0, most * sampleRate);
    pieces.push({ at, samples });
    parts.push({ kind, name, start: at / sampleRate, end: (at + samples.length) / sampleRate });
    at += samples.length + Math.round(gap * sampleRate);
  }
  const whole = Float32Array.from({ length: at }, faintNoise());
  for (const { at, samples } of pieces) samples.forEach((sample, i) => (whole[at + i]! += sample));
  return { sound: { samples: whole, sampleRate }, parts };
}

/** The same numbers in every run. */
export function faintNoise(): () => number {
  let state = 5;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return HISS * (state / 0x80000000 - 1);
  };
}
