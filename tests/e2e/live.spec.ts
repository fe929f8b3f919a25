// Live labels agree with the command line, for sounds made from formulas.

import { answersLive, classifyNatively } from "./support/command-line";
import { longestShown } from "./support/label-log";
import { playWhole } from "./support/played";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { describe } from "./support/tally";
import { writeWav } from "./support/wav";

/** Until the model's segment and the smoothing are full. */
const WARM_UP_SECONDS = 6;

for (const [name, sound] of Object.entries(SYNTHESISED)) {
  test(`live: ${name}`, async ({ open }) => {
    // A limit, not a wait: the sound is played again when the browser lost a piece of it.
    test.setTimeout(240_000);
    const native = classifyNatively(writeWav(`${name}.wav`, sound));
    const seconds = sound.samples.length / sound.sampleRate;
    const [played] = await playWhole(open, [{ kind: name, name: `live-${name}`, sound }], seconds);
    const { part, shown } = played!;
    const labels = longestShown(shown, part.start + WARM_UP_SECONDS, part.end);
    const words = labels.map(({ label, seconds: long }) => `${label} ${long.toFixed(1)} s`).join(", ");
    expect(answersLive(native.segments), `shown: ${words}; command line: ${describe(native.scores)}`).toContain(labels[0]?.label);
  });
}
