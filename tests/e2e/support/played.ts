// Plays recordings to the page's microphone until each was captured completely. On a busy machine the browser drops some
// of the fake microphone's sound now and then, before the page gets it; what the page then shows is of another sound.

import { type Located, located } from "./alignment";
import { trackOf } from "./everyday-recordings";
import { logLabels, type Shown, shownUntil } from "./label-log";
import { expect, type OpenOptions, type Site } from "./site";
import { type Sound, writeWav } from "./wav";

/** How often, at most, recordings that were not captured completely are played again. */
const MOST_ROUNDS = 8;

/** Faint noise before and after each recording. */
const GAP_SECONDS = 2;

/** For as long after a recording, what is shown may belong to it. */
export const DELAY_SECONDS = 1.2;

export interface Recorded {
  kind: string;
  name: string;
  sound: Sound;
}

/** What was shown while a recording was played. */
export interface Played {
  part: Located;
  shown: readonly Shown[];
}

/** Plays the recordings one after the other, each cut at `most` seconds; again those of which the browser lost a piece. */
export async function playWhole(
  open: (options: OpenOptions) => Promise<Site>,
  recordings: readonly Recorded[],
  most: number,
): Promise<Played[]> {
  const played: Played[] = [];
  let left = recordings;
  for (let round = 1; left.length > 0 && round <= MOST_ROUNDS; round++) {
    const { sound, parts: planned } = trackOf(left, most, GAP_SECONDS);
    const site = await open({ wav: writeWav(`${left[0]!.name}-${round}.wav`, sound), prepare: logLabels });
    await site.expectState("idle");
    await site.startListening();
    const { shown, levels } = await shownUntil(site.page, planned.at(-1)!.end + DELAY_SECONDS);
    await expect(site.notice, "no sound was lost by the page").toHaveText("Sound never leaves this device.");
    await site.listen.click();
    await site.expectState("idle");
    const parts = located(planned, sound, levels);
    played.push(...parts.filter(({ whole }) => whole).map((part) => ({ part, shown })));
    left = left.filter((_, i) => !parts[i]!.whole);
    if (left.length > 0) console.log(`round ${round}: the browser lost a piece of ${left.length} of ${parts.length} recordings`);
  }
  const lost = left.map(({ name }) => name);
  expect(lost, `recordings of which the browser lost a piece in all of ${MOST_ROUNDS} rounds: this machine is too busy`).toEqual([]);
  return played;
}
