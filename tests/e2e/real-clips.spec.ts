// Live labels agree with the command line, for recorded clips of all
// ten classes of the urban head. The clips are not part of the project: without them this test
// is skipped with a message.

import { answersLive, classifyNatively } from "./support/command-line";
import { decode } from "./support/decode";
import { dataPath, workers } from "./support/environment";
import { openSettings, slide } from "./support/settings";
import { expect, openSite, test } from "./support/site";
import { describe, mostOften } from "./support/tally";
import { chooseClips, type Clip } from "./support/urban-sound";
import { rotated, type Sound, tiled, writeWav } from "./support/wav";

const clips = chooseClips(dataPath);
const CLASSES = 10;
const AGREEMENT = 0.95;
/** Both get the clip in a loop for at least this long, so that both get its seams. */
const TILED_SECONDS = 12;
/**
 * Where in the clip the page's first segment begins is chance, and decides between labels that are close; the command
 * line gets the clip from each of these on. A model's step is half a second.
 */
const PHASES_SECONDS = [0, 0.1, 0.2, 0.3, 0.4];
/** Until the model's segment is full. */
const WARM_UP_SECONDS = 5;
const WATCH_SECONDS = 6;

interface Waiting {
  clip: Clip;
  sound: Sound;
}

interface Comparison {
  clip: Clip;
  shown: string;
  native: string[];
  words: string;
}

async function compare(baseURL: string, { clip, sound }: Waiting): Promise<Comparison> {
  const native = PHASES_SECONDS.map((phase) =>
    classifyNatively(writeWav(`${clip.name}-${phase}.wav`, rotated(sound, phase)), "urban"),
  );
  const { site, finish } = await openSite(baseURL, { wav: writeWav(`${clip.name}.wav`, sound) });
  await site.expectState("idle");
  await site.choose("everyday+urban");
  // The command line does not average over segments.
  await openSettings(site);
  await slide(site, "smoothingSeconds", 0);
  await site.startListening();
  await site.watchLabels(WARM_UP_SECONDS);
  const shown = mostOften(await site.watchLabels(WATCH_SECONDS));
  const words = `page: ${describe(await site.scores())} | command line: ${describe(native[0]!.scores)}`;
  await finish();
  return { clip, shown, native: [...new Set(native.flatMap(answersLive))], words };
}

test("the label shown live is the command line's on recorded clips", async ({ baseURL, page }) => {
  if (!clips) {
    const reason = `there is no UrbanSound8K in ${dataPath}; set SOURCING_SOUND_DATA to a folder that holds it`;
    // The list of results shows what was skipped but not why.
    console.log(`skipped: ${reason}`);
    test.skip(true, reason);
    return;
  }
  const chosen = clips;
  expect(new Set(chosen.map((clip) => clip.label)).size, "classes among the clips").toBe(CLASSES);
  expect(chosen.length, "clips").toBeGreaterThanOrEqual(2 * CLASSES);
  test.setTimeout(chosen.length * 45_000);

  await page.goto("./");
  const waiting: Waiting[] = [];
  for (const clip of chosen) waiting.push({ clip, sound: tiled(await decode(page, clip.path), TILED_SECONDS) });
  await page.close();

  const results: Comparison[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      results.push(await compare(baseURL!, next));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));

  const wrong = results.filter(({ shown, native }) => !native.includes(shown));
  for (const { clip, shown, native, words } of wrong) {
    console.log(`${clip.name} (${clip.label}): page ${shown}, command line ${native.join(" or ")}; ${words}`);
  }
  const agreed = results.length - wrong.length;
  const right = results.filter(({ clip, shown }) => shown === clip.label).length;
  console.log(`${agreed} of ${results.length} clips agree; ${right} are the data set's own label`);
  expect(agreed / results.length, "share of clips that agree").toBeGreaterThanOrEqual(AGREEMENT);
});
