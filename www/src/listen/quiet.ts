// Decides when the input is too quiet to name anything.

import type { Category, Level, SoundEvent } from "sourcing-sound";

/**
 * The level, in dBFS RMS, that sound must reach to be named. With a typical microphone a quiet room is below it and
 * speech at two metres above it; anything fainter drowns in the microphone's own noise.
 */
export const QUIET_DBFS = -60;

/** The label that some models have for it. */
export const SILENCE = "Silence";

/** `data-label` of an answer when it is quiet. */
export const QUIET = "quiet";

/** Whether the best label is silence. */
export function isSilence(best: Pick<Category, "label"> | undefined): boolean {
  return best?.label === SILENCE;
}

/** Follows the input level. */
export class Quiet {
  /** Time of the last frame, and of the last one that was loud enough. */
  #time = 0;
  #loudAt = -Infinity;
  readonly #begun = new Set<string>();

  frame(time: number, { rms }: Level): void {
    this.#time = time;
    if (rms >= QUIET_DBFS) this.#loudAt = time;
  }

  /** Whether nothing was loud enough in the last `seconds`, the length of a segment. */
  since(seconds: number): boolean {
    return this.#time - this.#loudAt > seconds;
  }

  /** The events to report: no silence, and none that starts while it is `quiet`; one that has started is reported to its end. */
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
