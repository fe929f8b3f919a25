// Before the first start: what the page offers, its samples, and what it says when it is quiet.

import { faintNoise } from "./support/everyday-recordings";
import { openSettings } from "./support/settings";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const RATE = 48000;

/** Each sample, and the group whose icon its label has. */
const SAMPLES = { siren: "alarm", bird: "bird", guitar: "music" };

const sampleOf = (site: Site, id: string) => site.page.locator(`[data-testid=sample][data-sample=${id}]`);

/** How often the page asked for a microphone. */
const asked = (site: Site) => site.page.evaluate(() => (globalThis as unknown as { asked: number }).asked);

test("before the first start there are the button, what happens to the sound, and the samples; no answer yet", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await expect(site.page.getByTestId("intro")).toBeVisible();
  await expect(site.listen).toBeVisible();
  await expect(site.listen).toHaveText("Start listening");
  await expect(site.page.getByTestId("privacy")).toBeVisible();
  await expect(site.page.getByTestId("privacy")).toContainText(/no sound.* leaves this device/);
  for (const id of Object.keys(SAMPLES)) await expect(sampleOf(site, id)).toBeVisible();
  for (const part of ["label", "scores", "spectrogram"]) await expect(site.page.getByTestId(part)).toBeHidden();
  await site.startListening();
  await expect(site.page.getByTestId("intro")).toBeHidden();
  await expect(site.page.getByTestId("samples")).toBeHidden();
  await expect(site.label).toBeVisible();
  await site.listen.click();
  await site.expectState("idle");
  await expect(site.page.getByTestId("intro")).toBeVisible();
});

test("each sample is classified live without the microphone, and leaves nothing in the history", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        Object.assign(globalThis, { asked: 0 });
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (constraints) => {
          (globalThis as unknown as { asked: number }).asked += 1;
          return ask(constraints);
        };
      }),
  });
  await site.expectState("idle");
  for (const [id, icon] of Object.entries(SAMPLES)) {
    const button = sampleOf(site, id);
    await button.click();
    await site.expectState("listening");
    await expect(site.app).toHaveAttribute("data-source", "sample");
    await expect(button).toHaveAttribute("aria-pressed", "true");
    await expect(site.page.getByTestId("source")).toContainText("Sample");
    await expect(site.label).toHaveAttribute("data-label", /^(?!quiet$|rejected$).+/, { timeout: 15_000 });
    await expect(site.page.getByTestId("icon"), id).toHaveAttribute("data-icon", icon, { timeout: 15_000 });
    await expect(site.page.locator("[data-testid=scores] [data-label]").first()).toBeVisible();
    await button.click();
    await site.expectState("idle");
    await expect(button).toHaveAttribute("aria-pressed", "false");
  }
  expect(await asked(site)).toBe(0);
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator("li")).toHaveCount(0);
});

test("a quiet room is shown as quiet, without a label", async ({ open }) => {
  const samples = Float32Array.from({ length: 12 * RATE }, faintNoise());
  const site = await open({ wav: writeWav("quiet-room.wav", { samples, sampleRate: RATE }) });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", "quiet", { timeout: 15_000 });
  await expect(site.label).toHaveText("Quiet");
  await expect(site.page.locator("[data-testid=scores] [data-label]")).toHaveCount(0);
  expect(new Set(await site.watchLabels(4))).toEqual(new Set(["quiet"]));
});

/** A siren that is too faint to be named, and a room whose noise is loud enough but is silence to the model. */
const QUIET_ROOMS = {
  "a siren far away": SYNTHESISED["siren-sweep"]!.samples.map((sample) => sample * 5e-4),
  "the noise of a room": roomNoise(),
};

for (const [what, samples] of Object.entries(QUIET_ROOMS)) {
  test(`a recording of ${what} is quiet in its answer and in its list`, async ({ open }) => {
    const site = await open({ wav: writeWav("quiet-recording.wav", { samples, sampleRate: RATE }) });
    await site.expectState("idle");
    await site.record.click();
    await site.expectState("result");
    await expect(site.label).toHaveAttribute("data-label", "quiet");
    await expect(site.page.getByTestId("detail")).toHaveText("No sound stands out");
    const rows = site.page.getByTestId("sounds").locator("li");
    await expect(rows).toHaveCount(1);
    await expect(rows).toHaveAttribute("data-label", "quiet");
    await expect(rows).toContainText("Quiet");
    await expect(rows).not.toContainText("%");
  });
}

test("there is no alert for silence", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await openSettings(site);
  await expect(site.page.getByTestId("alert-Dog")).toBeAttached();
  await expect(site.page.getByTestId("alert-Silence")).toHaveCount(0);
});

/** At -50 dBFS, most of it low. */
function roomNoise(): Float32Array {
  const noise = faintNoise();
  let low = 0;
  const samples = Float32Array.from({ length: 12 * RATE }, () => (low = 0.99 * low + noise()));
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  return samples.map((sample) => (sample / rms) * 10 ** (-50 / 20));
}
