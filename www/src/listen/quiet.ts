// When there is no sound at all: the page then says so and names nothing.

import type { Category, Level, SoundEvent } from "sourcing-sound";

/**
 * The level, in dBFS RMS, that sound must reach to be named. A quiet room through a usual microphone is below it,
 * speech at two metres above it; fainter sounds drown in the microphone's own noise.
 */
export const QUIET_DBFS = -60;

/** What models with such a label call it themselves. */
const SILENCE = "Silence";

/** Whether the model itself finds nothing but silence. */
export function isSilence(best: Pick<Category, "label"> | undefined): boolean {
  return best?.label === SILENCE;
}

/** Knows from the levels of the last seconds whether there was anything to name. */
export class Quiet {
  /** Time of the last frame, and of the last that was loud enough. */
  #time = 0;
  #loudAt = -Infinity;
  readonly #begun = new Set<string>();

  frame(time: number, { rms }: Level): void {
    this.#time = time;
    if (rms >= QUIET_DBFS) this.#loudAt = time;
  }

  /** Whether nothing was loud enough within the last `seconds`, which a model is given at a time. */
  since(seconds: number): boolean {
    return this.#time - this.#loudAt > seconds;
  }

  /** Those that are sounds: silence is none, and none begins while it is `quiet`; what has begun is reported to its end. */
  sounds(events: readonly SoundEvent[], quiet: boolean): SoundEvent[] {
    return events.filter((event) => {
      const key = `${event.label} ${event.onset}`;
      if (isSilence(event) || (quiet && !this.#begun.has(key))) return false;
      if (event.offset === null) this.#begun.add(key);
      else this.#begun.delete(key);
      return true;
    });
  }
}
