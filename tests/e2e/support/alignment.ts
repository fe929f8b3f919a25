// Where in what was captured the parts of a track are. On a busy machine the browser drops some of the fake microphone's
// sound now and then, before the page gets it, and from then on everything comes earlier than the track says.

import type { Part } from "./everyday-recordings";
import type { LevelAt } from "./label-log";
import type { Sound } from "./wav";

const STEP_SECONDS = 0.05;
/** Margin around a part: enough of the neighbouring gaps to see its start and its end. */
const MARGIN_SECONDS = 1.5;
/** The most that may be lost, or added, from one part to the next. */
const MOST_SECONDS = 3;
/** Anything fainter is treated as equal. */
const FLOOR_DB = -70;
/** Among equal places, prefers the one nearest to the previous part; dB per second. */
const NEARNESS = 0.2;

/** A part where it was captured. */
export interface Located extends Part {
  /** Whether all of it was captured, so that the labels shown can be checked. */
  whole: boolean;
}

/** The parts with the times at which they were captured. */
export function located(parts: readonly Part[], { samples, sampleRate }: Sound, levels: readonly LevelAt[]): Located[] {
  const step = Math.round(STEP_SECONDS * sampleRate);
  const expected = Array.from({ length: Math.floor(samples.length / step) }, (_, i) => rms(samples.subarray(i * step, (i + 1) * step)));
  const captured = onGrid(levels);
  let shift = 0;
  return parts.map((part) => {
    const middle = (part.start + part.end) / 2;
    const first = bestShift(expected, captured, [part.start - MARGIN_SECONDS, middle], shift);
    shift = bestShift(expected, captured, [middle, part.end + MARGIN_SECONDS], first);
    const whole = Math.abs(shift - first) < 3 * STEP_SECONDS;
    return { ...part, start: part.start + first, end: part.end + shift, whole };
  });
}

/** By how many seconds what is expected between two times was captured late; below 0, early. */
function bestShift(expected: readonly number[], captured: readonly number[], [from, to]: readonly [number, number], before: number): number {
  const steps = (seconds: number) => Math.round(seconds / STEP_SECONDS);
  const [first, last] = [Math.max(0, steps(from)), Math.min(expected.length, steps(to))];
  let best = { shift: before, cost: Infinity };
  for (let offset = -steps(MOST_SECONDS); offset <= steps(MOST_SECONDS); offset++) {
    const shift = steps(before) + offset;
    let cost = Math.abs(offset) * STEP_SECONDS * NEARNESS;
    for (let i = first; i < last; i++) cost += Math.abs(expected[i]! - (captured[i + shift] ?? FLOOR_DB)) / (last - first);
    if (cost < best.cost) best = { shift: shift * STEP_SECONDS, cost };
  }
  return best.shift;
}

/** The level at each step; a frame's is that of the time until it came. */
function onGrid(levels: readonly LevelAt[]): number[] {
  const grid: number[] = [];
  for (const { time, rms } of levels) {
    while (grid.length * STEP_SECONDS < time) grid.push(Math.max(FLOOR_DB, rms));
  }
  return grid;
}

function rms(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.max(FLOOR_DB, 10 * Math.log10(power));
}
