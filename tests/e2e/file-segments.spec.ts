// Recordings of several rates and formats: the page has the same segments as the command line.

import { classifyNatively } from "./support/command-line";
import { encode } from "./support/encode";
import { dataPath } from "./support/environment";
import { classify, medley, newest, save, type Saved, siren } from "./support/files";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { chooseClips } from "./support/urban-sound";
import { writeWav } from "./support/wav";

/** At least this share of the segments must have the command line's label. */
const AGREEMENT = 0.99;

/** The page's results for a file, next to the command line's. */
async function compare(site: Site, path: string): Promise<void> {
  await classify(site, path);
  const saved = JSON.parse(await save(site, "json")) as Saved;
  const native = classifyNatively(path).segments;
  expect(saved.warnings).toEqual([]);
  expect(saved.segments).toHaveLength(native.length);
  // The last segment ends with the recording: where a decoder drops its end, that is a segment of other sound.
  const comparable = saved.segments.filter(({ start }, i) => Math.abs(start - native[i]!.start) < 0.005);
  expect(comparable.length).toBeGreaterThanOrEqual(native.length - 1);
  const same = comparable.filter(({ label, rejected }, i) => label === native[i]!.label && rejected === native[i]!.rejected);
  console.log(`${path.split("/").at(-1)}: ${same.length} of ${comparable.length} segments have the command line's label`);
  expect(same.length / comparable.length).toBeGreaterThanOrEqual(AGREEMENT);
  saved.segments.forEach(({ start, end }, i) => {
    // Chromium's FLAC decoder drops the last block of a file, less than 0.1 s.
    const tolerance = i === native.length - 1 ? 0.1 : 0.005;
    expect(Math.abs(start - native[i]!.start)).toBeLessThan(tolerance);
    expect(Math.abs(end - native[i]!.end)).toBeLessThan(tolerance);
  });
}

for (const every of [1, 2, 3, 6]) {
  test(`segments are the command line's at ${siren.sampleRate / every} Hz`, async ({ open }) => {
    await compare(await open(), writeWav(`medley-${every}.wav`, medley(every, 40)));
  });
}

for (const name of Object.keys(SYNTHESISED)) {
  test(`a short file gets the command line's label: ${name}`, async ({ open }) => {
    const sound = SYNTHESISED[name]!;
    const path = writeWav(`file-${name}.wav`, { ...sound, samples: sound.samples.subarray(0, 1.9 * sound.sampleRate) });
    const native = classifyNatively(path);
    const site = await open();
    await classify(site, path);
    await expect(newest(site)).toHaveAttribute("data-label", native.label);
    const { segments } = JSON.parse(await save(site, "json")) as Saved;
    expect(segments[0]!.score).toBeCloseTo(native.segments[0]!.score, 2);
  });
}

for (const format of ["mp3", "flac", "m4a", "ogg", "opus", "webm", "mka", "mov"]) {
  test(`segments are the command line's in ${format}`, async ({ open }, info) => {
    const path = info.outputPath(`medley.${format}`);
    const made = encode(writeWav(`medley-${format}.wav`, medley(1, 40)), path);
    if (!made) console.log(`skipped: there is no ffmpeg that writes ${format}`);
    test.skip(!made, `there is no ffmpeg that writes ${format}`);
    await compare(await open(), path);
  });
}

test("segments are the command line's on recorded clips", async ({ open }) => {
  const clips = chooseClips(dataPath);
  if (!clips) {
    const reason = `there is no UrbanSound8K in ${dataPath}; set SOURCING_SOUND_DATA to a folder that holds it`;
    console.log(`skipped: ${reason}`);
    test.skip(true, reason);
    return;
  }
  // A limit, not a wait: every recorded clip is decoded and compared.
  test.setTimeout(300_000);
  const site = await open();
  for (const { path } of clips) await compare(site, path);
});
