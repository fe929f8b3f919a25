// The package's Teacher in tests: takes of three sounds, and a teacher that has two of them.

import type { Page } from "@playwright/test";
import type { Teacher } from "sourcing-sound";
import { test as base } from "./library";

export { expect } from "./library";

/** In Hz. */
export const RATE = 16000;

/** A take of four seconds at 16 kHz. Takes with different seeds differ as recordings of one sound in different rooms do. */
export function take(kind: "warble" | "knocks" | "hiss", seed: number): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 9; i += 1) next();
  const [pitch, speed, depth] = [next(), next(), next()];
  let [phase, rumble] = [0, 0];
  return Float32Array.from({ length: 64000 }, (_, i) => {
    const t = i / 16000;
    const noise = next() - 0.5;
    rumble = 0.99 * rumble + 0.1 * noise;
    const hum = 0.03 * Math.sin(2 * Math.PI * 150 * t) + 0.02 * Math.sin(2 * Math.PI * 300 * t);
    const room = [0.02 * noise, 0.1 * rumble, hum][seed % 3]!;
    if (kind === "hiss") return noise * (0.05 + 0.1 * pitch) + room;
    if (kind === "knocks") return 0.8 * Math.exp(-(t % (0.2 + 0.5 * speed)) * (15 + 40 * depth)) * noise + room;
    const hertz = 700 + 1200 * pitch + (100 + 300 * depth) * Math.sin(2 * Math.PI * (2 + 6 * speed) * t);
    phase += (2 * Math.PI * hertz) / 16000;
    return 0.2 * Math.sin(phase) + room;
  });
}

declare global {
  const takeOf: typeof take;
  /** A teacher that has three takes of each of the two sounds. */
  const twoSounds: () => Promise<Teacher>;
}

/** `teaching` is the page of `library` with the takes and the teacher. */
export const test = base.extend<{ teaching: Page }>({
  teaching: async ({ library }, use) => {
    await library.evaluate(`globalThis.takeOf = ${take.toString()}`);
    await library.evaluate(() => {
      const twoSounds = async () => {
        const teacher = new api.Teacher(await api.Classifier.load());
        for (const kind of ["warble", "knocks"] as const) {
          for (const seed of [1, 2, 3]) await teacher.add(`my ${kind}`, takeOf(kind, seed), 16000);
        }
        return teacher;
      };
      Object.assign(globalThis, { twoSounds });
    });
    await use(library);
  },
});
