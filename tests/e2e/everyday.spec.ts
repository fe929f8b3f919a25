// The everyday model on the page: its results compared with the command line's, and the download of another model.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession } from "@playwright/test";
import { classifyNatively } from "./support/command-line";
import { REPOSITORY } from "./support/environment";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const MODEL = join(REPOSITORY, "models/everyday/model.onnx");
const SIZE = statSync(join(REPOSITORY, "models/urban-v1/model.onnx")).size;
/** A little less than one segment. */
const SEGMENT_SECONDS = 1.9;
/** Largest accepted difference from the command line's scores. */
const TOLERANCE = 2e-3;

/** Makes the connection slow enough to observe: the small model takes eight seconds. */
async function slowNetwork(site: Site): Promise<CDPSession> {
  const session = await site.page.context().newCDPSession(site.page);
  await session.send("Network.enable");
  await setSpeed(session, SIZE / 8);
  return session;
}

async function setSpeed(session: CDPSession, bytesPerSecond: number): Promise<void> {
  const network = { offline: false, latency: 5, downloadThroughput: bytesPerSecond, uploadThroughput: -1 };
  await session.send("Network.emulateNetworkConditions", network);
}

test("a download shows its progress and can be cancelled", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.expectModels("choice");
  const session = await slowNetwork(site);
  await site.modelSelect.selectOption("urban-tiny");
  await site.expectModels("loading");
  const progress = site.page.getByTestId("model-progress");
  const part = () => progress.evaluate((bar) => (bar as HTMLProgressElement).position);
  await expect.poll(part).toBeGreaterThan(0.1);
  const before = await part();
  await expect.poll(part).toBeGreaterThan(before);
  expect(await part()).toBeLessThan(1);
  await expect(site.page.getByTestId("model-words")).toHaveText(/^\d\.\d of \d\.\d MB$/);
  await site.page.getByTestId("model-cancel").click();
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue("everyday");
  await expect(site.notice).toHaveAttribute("data-code", "");
  await setSpeed(session, -1);
  expect(site.page.workers(), "no second worker was started").toHaveLength(1);
  await site.choose("urban-tiny");
  await expect(site.page.getByTestId("facts")).toContainText("Air conditioner");
});

test("its labels and scores for a file are the command line's", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  for (const [name, { samples, sampleRate }] of Object.entries(SYNTHESISED)) {
    const path = writeWav(`everyday-${name}.wav`, { samples: samples.subarray(0, SEGMENT_SECONDS * sampleRate), sampleRate });
    const native = classifyNatively(path, MODEL);
    expect(native.segments).toHaveLength(1);
    await site.openFile(path);
    const card = site.page.getByTestId("file-card").filter({ hasText: `everyday-${name}.wav` });
    await expect(card).toHaveAttribute("data-state", "done");
    await expect(card, name).toHaveAttribute("data-label", native.label);
    const saved = site.page.waitForEvent("download");
    await card.getByTestId("file-json").click();
    const { segments } = JSON.parse(readFileSync(await (await saved).path(), "utf8")) as { segments: { score: number }[] };
    expect(Math.abs(segments[0]!.score - native.segments[0]!.score), name).toBeLessThan(TOLERANCE);
  }
});

test("a long recording with quick changes is shown in readable lines", async ({ open }) => {
  const { "siren-sweep": siren, "steady-noise": noise } = SYNTHESISED;
  const { sampleRate } = siren!;
  const samples = new Float32Array(200 * sampleRate);
  for (let second = 0; second < 200; second += 1) {
    const sound = second % 6 < 3 ? siren! : noise!;
    samples.set(sound.samples.subarray(0, sampleRate), second * sampleRate);
  }
  const path = writeWav("everyday-long.wav", { samples, sampleRate });
  const labels = classifyNatively(path, MODEL).segments.map(({ label }) => label);
  const changes = labels.filter((label, i) => label !== labels[i - 1]).length;
  expect(changes, "changes of the label from segment to segment").toBeGreaterThan(60);
  const site = await open();
  await site.expectState("idle");
  await site.openFile(path);
  await expect(site.page.getByTestId("file-card")).toHaveAttribute("data-state", "done", { timeout: 50_000 });
  await site.page.getByTestId("file-card").locator("summary").click();
  const rows = site.page.getByTestId("file-parts").locator("li");
  await expect(rows).not.toHaveCount(0);
  expect(await rows.count()).toBeLessThanOrEqual(100);
});

test("nothing is wider than the narrowest screen, whatever is detected", async ({ open }) => {
  const site = await open({ wav: writeWav("everyday-narrow.wav", SYNTHESISED["siren-sweep"]!) });
  await site.expectState("idle");
  await site.page.setViewportSize({ width: 320, height: 640 });
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
