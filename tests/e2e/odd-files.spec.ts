// The actual contents of a file are classified, whatever its header says: by the page, in Node and by the command line alike.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { classifyNatively } from "./support/command-line";
import { cliPath } from "./support/environment";
import { readInNode } from "./support/node-reader";
import { ODD_FILES, ODD_RATE } from "./support/odd-files";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { noise, waveFile } from "./support/wave-file";

interface Saved {
  file: string;
  seconds: number;
  warnings: { code: string; time: number; promised?: number }[];
}

const expected = ODD_FILES.map(({ name, frames, promised }) => ({
  name,
  frames,
  warnings: promised === undefined ? [] : [["audio-cut-off", frames, promised]],
}));
const inFrames = ({ code, time, promised }: Saved["warnings"][number]) => [
  code,
  Math.round(time * ODD_RATE),
  Math.round((promised ?? 0) * ODD_RATE),
];

test("in Node, every sample is read, and a warning has both lengths", () => {
  const read = readInNode(ODD_FILES.map(({ bytes }) => bytes));
  expect(
    read.map(({ samples, warnings }, i) => ({ name: ODD_FILES[i]!.name, frames: samples.length, warnings: warnings.map(inFrames) })),
  ).toEqual(expected);
  for (const { samples } of read) expect(samples).toEqual(read[0]!.samples.slice(0, samples.length));
});

test("on the page, every sample is classified, and the card has both lengths", async ({ open }) => {
  const site = await open();
  const files = ODD_FILES.map(({ name, bytes }) => ({ name, mimeType: "audio/wav", buffer: bytes }));
  await site.page.getByTestId("file").setInputFiles(files);
  const cards = site.page.getByTestId("file-card");
  await expect(cards.and(site.page.locator("[data-state=done]"))).toHaveCount(files.length, { timeout: 50_000 });
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("files-json").click();
  const saved = JSON.parse(readFileSync(await (await begun).path(), "utf8")) as Saved[];
  const given = saved.map(({ file, seconds, warnings }) => ({
    name: file,
    frames: Math.round(seconds * ODD_RATE),
    warnings: warnings.map(inFrames),
  }));
  expect(given.reverse()).toEqual(expected);
  const card = (name: string) => cards.filter({ hasText: name });
  await expect(card("lacks-a-second.wav")).toContainText("The file breaks off after 0:02. Its header says 0:03.");
  await expect(card("lacks-8-samples.wav")).toContainText("breaks off after 2.999\u00a0s. Its header says 3.000\u00a0s.");
});

test("files without a sample are refused with their code", () => {
  const whole = waveFile(ODD_RATE, [noise(1, 100, 0.5)]);
  const [none, headerOnly, noFormat] = readInNode([
    waveFile(ODD_RATE, [new Float32Array(0)]),
    whole.subarray(0, 36),
    Buffer.concat([whole.subarray(0, 12), whole.subarray(36)]),
  ]);
  expect([none!.code, headerOnly!.code, noFormat!.code]).toEqual(["audio-empty", "audio-damaged", "audio-damaged"]);
});

test("the command line reads as many samples, and warns of the same", ({}, info) => {
  const read = ODD_FILES.map(({ name, bytes }) => {
    const path = info.outputPath(name);
    writeFileSync(path, bytes);
    const { status, stdout, stderr } = spawnSync(cliPath, ["classify", "--format", "jsonl", path], { encoding: "utf8" });
    const lines = stdout.trim().split("\n");
    const { end } = JSON.parse(lines.at(-1)!) as { end: number };
    return { name, status, frames: Math.round(end * ODD_RATE), warned: /audio-cut-off/.test(stderr) };
  });
  // The command line rounds times to milliseconds.
  const rounded = (frames: number) => Math.round((Math.round((frames / ODD_RATE) * 1000) / 1000) * ODD_RATE);
  const wanted = expected.map(({ name, frames, warnings }) => ({ name, status: 0, frames: rounded(frames), warned: warnings.length > 0 }));
  expect(read).toEqual(wanted);
});

test("inverted channels have the command line's scores on the page", async ({ open }, info) => {
  const { samples, sampleRate } = SYNTHESISED["two-tone-horn"]!;
  const left = samples.subarray(0, 6 * sampleRate);
  const path = info.outputPath("inverted.wav");
  // From the middle on, so that the mix changes.
  const right = left.map((sample, i) => (i < left.length / 2 ? 0.9 : -0.9) * sample);
  writeFileSync(path, waveFile(sampleRate, [left, right]));
  const site = await open();
  await site.page.getByTestId("file").setInputFiles(path);
  const card = site.page.getByTestId("file-card");
  await expect(card).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await expect(card).toHaveAttribute("data-warnings", "channel-taken");
  const begun = site.page.waitForEvent("download");
  await card.getByTestId("file-json").click();
  const { segments } = JSON.parse(readFileSync(await (await begun).path(), "utf8")) as { segments: { label: string; score: number }[] };
  const native = classifyNatively(path).segments;
  expect(segments.map(({ label }) => label)).toEqual(native.map(({ label }) => label));
  segments.forEach(({ score }, i) => expect(Math.abs(score - native[i]!.score)).toBeLessThan(1e-3));
});
