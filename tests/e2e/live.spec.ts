// Live labels agree with the command line, for sounds made from formulas.

import { answersLive, classifyNatively } from "./support/command-line";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { describe, mostOften } from "./support/tally";
import { writeWav } from "./support/wav";

/** Until the model's segment and the smoothing are full. */
const WARM_UP_SECONDS = 6;
const WATCH_SECONDS = 5;

for (const [name, sound] of Object.entries(SYNTHESISED)) {
  test(`live: ${name}`, async ({ open }) => {
    const wav = writeWav(`live-${name}.wav`, sound);
    const native = classifyNatively(wav);
    const site = await open({ wav });
    await site.expectState("idle");
    await site.startListening();
    await site.watchLabels(WARM_UP_SECONDS);
    const shown = mostOften(await site.watchLabels(WATCH_SECONDS));
    const scores = await site.scores();
    expect(answersLive(native), `shown: ${describe(scores)}; command line: ${describe(native.scores)}`).toContain(shown);
  });
}
