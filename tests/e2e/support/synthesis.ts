// Sounds made from formulas, so that the tests need no recordings. Each lasts
// a whole number of its periods: looped, it has no seam.

import type { Sound } from "./wav";

const RATE = 48000;
const SECONDS = 12;

type Wave = (t: number) => number;

function sound(wave: Wave): Sound {
  const samples = Float32Array.from({ length: RATE * SECONDS }, (_, i) => wave(i / RATE));
  return { samples, sampleRate: RATE };
}

/** The same numbers in every run: a 32-bit linear congruential generator, -1 to 1. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x80000000 - 1;
  };
}

/** Phase of a tone whose pitch swings between `low` and `high` Hz `perSecond` times a second. */
function wail(low: number, high: number, perSecond: number): Wave {
  const centre = (low + high) / 2;
  const swing = (high - low) / 2;
  return (t) => 2 * Math.PI * centre * t - (swing / perSecond) * Math.cos(2 * Math.PI * perSecond * t);
}

function harmonics(phase: number, count: number): number {
  let sum = 0;
  for (let n = 1; n <= count; n += 1) sum += Math.sin(n * phase) / n;
  return sum;
}

/** A pulse that dies away, `perSecond` times a second. */
function bursts(perSecond: number, decaySeconds: number, wave: Wave): Wave {
  return (t) => Math.exp(-(t % (1 / perSecond)) / decaySeconds) * wave(t);
}

function sounds(): Record<string, Sound> {
  const siren = wail(600, 1400, 2);
  const hiss = noise(1);
  const shots = noise(2);
  const chisel = noise(3);
  return {
    "siren-sweep": sound((t) => 0.3 * Math.sign(Math.sin(siren(t)))),
    "steady-noise": sound(() => 0.1 * hiss()),
    "noise-bursts": sound(bursts(0.5, 0.08, () => 0.9 * shots())),
    "fast-clicks": sound(bursts(12, 0.015, () => 0.8 * chisel())),
    "two-tone-horn": sound((t) => 0.2 * (harmonics(2 * Math.PI * 420 * t, 8) + harmonics(2 * Math.PI * 525 * t, 8)) * (t % 2 < 1 ? 1 : 0)),
    "low-rumble": sound((t) => 0.3 * harmonics(2 * Math.PI * 30 * t, 12)),
  };
}

export const SYNTHESISED: Readonly<Record<string, Sound>> = sounds();
