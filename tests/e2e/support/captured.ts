// Recordings as the package's microphone captures them, sample by sample, and its live results for them.

import { chromium } from "@playwright/test";
import { type Located, located } from "./alignment";
import { chromiumPath, LAUNCH_ARGS, PACKAGE } from "./environment";
import { trackOf } from "./everyday-recordings";
import type { Api } from "./library";
import type { Recorded } from "./played";
import { serveFolder } from "./static-server";
import { type Sound, writeWav } from "./wav";

/** How often, at most, recordings that were not captured completely are played again. */
const MOST_ROUNDS = 8;
/** Faint noise before and after each recording. */
const GAP_SECONDS = 2;
/** The places found by the level are within this of the true ones. */
const SEARCH_SECONDS = 0.12;
/** A loss of less than a buffer of the browser's, 10 ms, is found in pieces of this length. */
const CHECKED_SECONDS = 0.05;
/** Resampling may move a piece by so much, also by a part of a sample. */
const SLACK_SAMPLES = 4;
const SHIFTS_PER_SAMPLE = 4;
/** Pieces are compared below this frequency. */
const SMOOTH_HZ = 4000;
/** RMS of a piece that stands out from the faint noise. */
const LOUD_ENOUGH = 2e-3;
/** Correlation of a piece with what was captured of it. */
const SAME = 0.9;
/** More labels than could become the best one of a mean. */
const KEPT_SCORES = 40;
/** Share of the best fit that a place a period away may have. */
const TONE_FIT = 0.7;
/** Length of the piece by which a recording is found. */
const PIECE_SECONDS = 0.25;

export interface Captured {
  name: string;
  kind: string;
  /** The recording as it was played, with the faint noise of a room. */
  played: Sound;
  /** What was captured of it; as long. */
  sound: Sound;
  /** The best scores of each segment that was analysed live, and its end in seconds after the recording's start. */
  live: { end: number; scores: Scores }[];
}

/** Scores by label. */
export type Scores = Readonly<Record<string, number>>;

interface Update {
  time: number;
  scores: Scores;
}

interface Capture {
  sound: Sound;
  updates: Update[];
}

/** What a microphone whose audio has the rate of the WAV file captures of it. */
async function capture(wav: string, rate: number, seconds: number): Promise<Capture> {
  const { origin, close } = await serveFolder(PACKAGE);
  const fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${wav}`];
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...LAUNCH_ARGS, ...fake] });
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    const { base64, updates } = await page.evaluate(
      async ([sampleRate, seconds, kept]) => {
        const { AudioContext } = globalThis;
        globalThis.AudioContext = class extends AudioContext {
          constructor(options?: AudioContextOptions) {
            super({ ...options, sampleRate });
          }
        };
        const specifier = "/dist/index.js";
        const api = (await import(specifier)) as Api;
        const updates: Update[] = [];
        let now = 0;
        const microphone = await api.listen(
          ({ time, categories }) => {
            const best = categories.slice(0, kept).map(({ label, score }) => [label, score]);
            updates.push({ time, scores: Object.fromEntries(best) as Scores });
          },
          { smoothingSeconds: 0, onFrame: ({ time }) => (now = time) },
        );
        const { pcm } = await microphone.record(seconds);
        // Updates count from when listening began, and the recording began a little later.
        const later = now - seconds;
        for (const update of updates) update.time -= later;
        await microphone.close();
        const bytes = new Uint8Array(pcm.buffer);
        let text = "";
        for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
        return { base64: btoa(text), updates };
      },
      [rate, seconds, KEPT_SCORES] as const,
    );
    const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
    return { sound: { samples: new Float32Array(bytes.buffer), sampleRate: rate }, updates };
  } finally {
    await browser.close();
    close();
  }
}

/** Plays recordings of one rate, each cut at `most` seconds, until each was captured completely. */
export async function captureWhole(recordings: readonly Recorded[], most: number): Promise<Captured[]> {
  const captured: Captured[] = [];
  let left = recordings;
  for (let round = 1; left.length > 0 && round <= MOST_ROUNDS; round++) {
    const { sound, parts } = trackOf(left, most, GAP_SECONDS);
    const wav = writeWav(`captured-${sound.sampleRate}-${round}.wav`, sound);
    const got = await capture(wav, sound.sampleRate, sound.samples.length / sound.sampleRate + GAP_SECONDS);
    const places = located(parts, sound, levelsOf(got.sound));
    const whole = places.map((place) => cutOut(place, parts.find(({ name }) => name === place.name)!.start, sound, got));
    captured.push(...whole.filter((cut) => cut !== undefined));
    left = left.filter((_, i) => whole[i] === undefined);
    if (left.length > 0) console.log(`round ${round}: the browser lost a piece of ${left.length} of ${parts.length} recordings`);
  }
  return captured;
}

/** The level of pieces of 43 ms, as the package's frames have it. */
function levelsOf({ samples, sampleRate }: Sound): { time: number; rms: number }[] {
  const step = Math.round(0.043 * sampleRate);
  return Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const piece = samples.subarray(i * step, (i + 1) * step);
    const power = piece.reduce((sum, sample) => sum + sample * sample, 0) / step;
    return { time: ((i + 1) * step) / sampleRate, rms: 10 * Math.log10(power) };
  });
}

/** `undefined` if the browser lost a piece of it. `start`: where the track has it, in seconds. */
function cutOut(place: Located, start: number, track: Sound, { sound, updates }: Capture): Captured | undefined {
  if (!place.whole) return undefined;
  const rate = track.sampleRate;
  const from = Math.round(start * rate);
  const length = Math.round((place.end - place.start) * rate);
  const own = track.samples.subarray(from, from + length);
  const at = exactly(own, sound.samples, Math.round(place.start * rate), rate);
  const samples = sound.samples.slice(at, at + length);
  if (samples.length < length || !isWhole(own, samples, rate)) return undefined;
  const live = updates.map(({ time, scores }) => ({ end: time - at / rate, scores }));
  const played = { samples: own, sampleRate: rate };
  return { name: place.name, kind: place.kind, played, sound: { samples, sampleRate: rate }, live };
}

/** Whether nothing is missing and nothing was added: every piece is in its place, as far as it is loud enough to tell. */
function isWhole(played: Float32Array, got: Float32Array, rate: number): boolean {
  const [own, captured] = [smooth(played, rate), smooth(got, rate)];
  const size = Math.round(CHECKED_SECONDS * rate);
  for (let at = SLACK_SAMPLES; at + size + SLACK_SAMPLES <= own.length; at += size) {
    const piece = own.subarray(at, at + size);
    const power = dot(piece, piece);
    if (Math.sqrt(power / size) < LOUD_ENOUGH) continue;
    let closest = 0;
    for (let shift = -SLACK_SAMPLES; shift <= SLACK_SAMPLES; shift += 1 / SHIFTS_PER_SAMPLE) {
      const there = shifted(captured, at + shift, size);
      closest = Math.max(closest, dot(piece, there) / Math.sqrt(power * dot(there, there)));
    }
    if (closest < SAME) return false;
  }
  return true;
}

/** `length` samples from a place between two of them on, by cubic interpolation. */
function shifted(samples: Float32Array, from: number, length: number): Float32Array {
  const first = Math.floor(from);
  const part = from - first;
  const at = (index: number) => samples[first + index] ?? 0;
  return Float32Array.from({ length }, (_, i) => {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    return b + 0.5 * part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)));
  });
}

/** Without the range near the highest frequency of a low rate, which the browser's resamplers remove. */
function smooth(samples: Float32Array, rate: number): Float32Array {
  const length = Math.max(1, Math.round(rate / SMOOTH_HZ));
  let sum = 0;
  return samples.map((sample, i) => {
    sum += sample - (samples[i - length] ?? 0);
    return sum / length;
  });
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, sample, i) => sum + sample * other[i]!, 0);
}

/**
 * Where in `all` the recording begins, near a place. Its loudest piece fits best there or, if it is a tone, equally well a period
 * later; the whole recording decides.
 */
function exactly(own: Float32Array, all: Float32Array, near: number, rate: number): number {
  const size = Math.min(own.length, Math.round(PIECE_SECONDS * rate));
  let loudest = { at: 0, power: -1 };
  for (let at = 0; at + size <= own.length; at += size) {
    const power = own.subarray(at, at + size).reduce((sum, sample) => sum + sample * sample, 0);
    if (power > loudest.power) loudest = { at, power };
  }
  const piece = own.subarray(loudest.at, loudest.at + size);
  const reach = Math.round(SEARCH_SECONDS * rate);
  const first = Math.max(0, near - reach);
  const fits = Array.from({ length: near + reach + 1 - first }, (_, i) => fit(piece, all, first + i + loudest.at));
  const least = TONE_FIT * fits.reduce((most, value) => Math.max(most, value), 0);
  let best = { at: near, fit: -Infinity };
  for (const [i, value] of fits.entries()) {
    const isPeak = value >= least && value >= (fits[i - 1] ?? -Infinity) && value >= (fits[i + 1] ?? -Infinity);
    const whole = isPeak ? fit(own, all, first + i) : -Infinity;
    if (whole > best.fit) best = { at: first + i, fit: whole };
  }
  return best.at;
}

function fit(piece: Float32Array, all: Float32Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < piece.length; i += 1) sum += piece[i]! * (all[from + i] ?? 0);
  return sum;
}
