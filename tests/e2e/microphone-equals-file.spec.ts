// The same recordings through the microphone and as files have the same label, whatever the device's sample rate.
//
// By default a few recordings at one rate; DEVICE_RATES takes all of them, at the rates that it lists. The recordings are not
// part of the project: without them the test is skipped with a message.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "@playwright/test";
import { captureWhole, type Scores } from "./support/captured";
import { decode } from "./support/decode";
import { dataPath } from "./support/environment";
import { chooseEveryday } from "./support/everyday-recordings";
import { expect, test } from "./support/library";
import type { Recorded } from "./support/played";
import { chooseClips } from "./support/urban-sound";
import { type Sound, writeWav } from "./support/wav";

const given = process.env["DEVICE_RATES"];
const RATES = (given ?? "16000").split(",").map(Number);
/** How many recordings are compared. */
const MOST = given === undefined ? 12 : 40;
const SHARE = 0.95;
/** Recordings are cut at this length: two of the model's segments. */
const MOST_SECONDS = 4;
/** Length of the model's segment. */
const SEGMENT_SECONDS = 2;
/** How far a live segment may begin before the recording or end after it: half a hop. */
const BESIDE_SECONDS = 0.26;

interface Source {
  kind: string;
  path: string;
}

/** Of every kind of sound, in turns, so that a few are of many kinds. */
function chosen(): Source[] {
  const everyday = chooseEveryday(dataPath);
  const clips = (chooseClips(dataPath) ?? []).map(({ label, path }) => ({ kind: label, path }));
  const kinds = new Map<string, Source[]>();
  for (const source of [...everyday, ...clips]) kinds.set(source.kind, [...(kinds.get(source.kind) ?? []), source]);
  const turns = Array.from({ length: MOST }, (_, turn) => [...kinds.values()].flatMap((sources) => sources[turn] ?? []));
  return turns.flat().slice(0, MOST);
}

/** The scores of the segments of a sound as a file. */
async function scoresOf(library: Page, name: string, sound: Sound): Promise<Scores[]> {
  const path = writeWav(name, sound);
  return library.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const kept = globalThis as unknown as { classifier?: ReturnType<typeof api.Classifier.load> };
    kept.classifier ??= api.Classifier.load();
    const predictions = await (await kept.classifier).classify(new Blob([bytes]));
    return predictions.map(({ categories }) => Object.fromEntries(categories.map(({ label, score }) => [label, score])));
  }, readFileSync(path).toString("base64"));
}

/** The label with the highest mean score. */
function best(segments: readonly Scores[]): string {
  const sums = new Map<string, number>();
  for (const scores of segments) {
    for (const [label, score] of Object.entries(scores)) sums.set(label, (sums.get(label) ?? 0) + score);
  }
  const [first] = [...sums].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? "nothing";
}

for (const rate of RATES) {
  test(`recordings have the same label through a microphone of ${rate} Hz and as files`, async ({ library }) => {
    const sources = chosen();
    if (sources.length === 0) {
      const reason = `there are no recordings in ${dataPath}; set SOURCING_SOUND_DATA to a folder that holds them`;
      // The list of results shows what was skipped but not why.
      console.log(`skipped: ${reason}`);
      test.skip(true, reason);
      return;
    }
    // A limit, not a wait: all recordings alone take four minutes.
    test.setTimeout(1_200_000);
    const recordings: Recorded[] = [];
    for (const { kind, path } of sources) {
      const name = basename(path);
      const { samples, sampleRate } = await decode(library, path, rate);
      const sound = { samples: samples.subarray(0, MOST_SECONDS * sampleRate), sampleRate };
      recordings.push({ kind, name, sound });
    }
    const captured = await captureWhole(recordings, MOST_SECONDS);
    expect(captured.length, "recordings that were captured completely").toBe(recordings.length);
    let [equal, live] = [0, 0];
    for (const { kind, name, played, sound, live: updates } of captured) {
      const file = best(await scoresOf(library, `file-${rate}-${name}.wav`, played));
      const microphone = best(await scoresOf(library, `microphone-${rate}-${name}.wav`, sound));
      const length = Math.max(SEGMENT_SECONDS, sound.samples.length / rate);
      const [first, last] = [SEGMENT_SECONDS - BESIDE_SECONDS, length + BESIDE_SECONDS];
      const during = best(updates.filter(({ end }) => end >= first && end <= last).map(({ scores }) => scores));
      if (microphone === file) equal += 1;
      if (during === file) live += 1;
      if (microphone !== file || during !== file) {
        console.log(`${rate} Hz, ${kind}, ${name}: file ${file}, microphone ${microphone}, live ${during}`);
      }
    }
    console.log(`${rate} Hz: ${equal} of ${captured.length} have the file's label; ${live} have it live`);
    expect(equal / captured.length, "share with the same label").toBeGreaterThanOrEqual(SHARE);
  });
}
