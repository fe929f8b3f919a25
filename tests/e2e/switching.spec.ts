// What the user changes or ends while something else is under way.

import { readFileSync, writeFileSync } from "node:fs";
import { cards, medley, newest } from "./support/files";
import { stored } from "./support/history";
import { openSettings, slide } from "./support/settings";
import { expect, Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { card, give, LABELS, name, recordings } from "./support/teach";
import { writeWav } from "./support/wav";

const siren = () => writeWav("switching.wav", SYNTHESISED["siren-sweep"]!);

/** Within this time the siren is an event for certain, also on a busy machine. */
const DETECT_MS = 20_000;

function muteAll(): void {
  Object.defineProperty(MediaStreamTrack.prototype, "muted", { get: () => true });
}

for (const [name, testId] of [["listening", "listen"], ["a recording", "record"]] as const) {
  test(`a microphone that is muted when ${name} starts is reported as such`, async ({ open }) => {
    const site = await open({ prepare: (page) => page.addInitScript(muteAll) });
    await site.expectState("idle");
    await site.page.getByTestId(testId).click();
    await expect(site.notice).toHaveAttribute("data-code", "interrupted");
  });
}

test("an event that is open has its sound and its end when the user stops", async ({ open }) => {
  const keepAudio = () => localStorage.setItem("sourcing-sound.settings", JSON.stringify({ keepAudio: true }));
  const site = await open({ wav: siren(), prepare: (page) => page.addInitScript(keepAudio) });
  await site.expectState("idle");
  await site.startListening();
  // Before the four seconds of a clip have passed, unless the machine is very busy.
  await expect.poll(async () => (await stored(site.page)).events.length, { timeout: DETECT_MS, intervals: [50] }).toBeGreaterThan(0);
  await site.listen.click();
  await site.expectState("idle");
  await expect.poll(async () => (await stored(site.page)).events.every(({ open }) => open === 0)).toBe(true);
  const { events, clips } = await stored(site.page);
  expect([...clips].sort()).toEqual(events.map(({ id }) => id).sort());
});

test("an event ends with the microphone that it came from", async ({ open }) => {
  // One event without an end of its own.
  const site = await open({ wav: writeWav("steady.wav", SYNTHESISED["steady-noise"]!) });
  await site.expectState("idle");
  await site.startListening();
  const openOnes = async () => (await stored(site.page)).events.filter(({ open }) => open === 1).map(({ id }) => id);
  await expect.poll(openOnes, { timeout: DETECT_MS }).not.toEqual([]);
  const before = await openOnes();
  const device = site.page.getByTestId("device");
  const names = await device.locator("option").allTextContents();
  await device.selectOption({ label: names.at(-1)! });
  await expect.poll(async () => (await openOnes()).filter((id) => before.includes(id))).toEqual([]);
  await site.expectState("listening");
});

test("what is ongoing in the list ends with its microphone, and stays when the next begins", async ({ open }) => {
  const site = await open({ wav: writeWav("steady.wav", SYNTHESISED["steady-noise"]!) });
  await site.expectState("idle");
  await site.startListening();
  const rows = site.page.getByTestId("sounds").locator("li[data-label]");
  const going = rows.filter({ hasText: "since" });
  await expect(going).not.toHaveCount(0, { timeout: DETECT_MS });
  await site.unplug();
  await site.expectState("waiting");
  await expect(going).toHaveCount(0);
  const ended = await rows.allTextContents();
  await site.plugIn();
  await site.expectState("listening");
  // Its clock starts at zero again: an event may have the label and the onset of one before.
  await expect(going).not.toHaveCount(0, { timeout: DETECT_MS });
  expect((await rows.allTextContents()).slice(-ended.length)).toEqual(ended);
  await site.listen.click();
  await site.expectState("idle");
  await expect(going).toHaveCount(0);
});

/** Chooses another microphone, which opens when the returned function is called. */
async function chooseSlowDevice(site: Site): Promise<() => Promise<void>> {
  await site.page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const answer = new Promise<void>((resolve) => Object.assign(globalThis, { answer: resolve }));
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      Object.assign(globalThis, { asked: true });
      await answer;
      return ask(constraints);
    };
  });
  const device = site.page.getByTestId("device");
  await device.selectOption({ label: (await device.locator("option").allTextContents()).at(-1)! });
  await site.page.waitForFunction(() => "asked" in globalThis);
  return () => site.page.evaluate(() => (globalThis as unknown as { answer(): void }).answer());
}

test("a model chosen while a microphone is being opened is the one that listens", async ({ open }) => {
  const site = await open({ wav: siren() });
  await site.expectState("idle");
  await site.startListening();
  const answer = await chooseSlowDevice(site);
  await site.choose("urban-tiny");
  await answer();
  await expect.poll(() => site.liveTracks()).toBe(1);
  await site.expectState("listening");
  await expect(site.notice).toHaveAttribute("data-code", "");
});

test("settings changed while a microphone is being opened apply to it", async ({ open }) => {
  const site = await open({ wav: writeWav("steady.wav", SYNTHESISED["steady-noise"]!) });
  await site.expectState("idle");
  await openSettings(site);
  await site.startListening();
  const answer = await chooseSlowDevice(site);
  await slide(site, "rejectionThreshold", 0.95);
  await answer();
  await expect.poll(() => site.liveTracks()).toBe(1);
  await site.expectState("listening");
  await expect(site.label).toHaveAttribute("data-label", "rejected", { timeout: DETECT_MS });
});

test("another channel of a recording is classified at once, and can be cancelled", async ({ open }, info) => {
  // Every second sample of two hours in one channel: an hour in two.
  const bytes = readFileSync(writeWav("two-hours.wav", medley(6, 7200)));
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(2 * bytes.readUInt32LE(28), 28);
  bytes.writeUInt16LE(4, 32);
  const path = info.outputPath("stereo.wav");
  writeFileSync(path, bytes);
  const site = await open();
  await site.expectState("idle");
  await site.page.getByTestId("file").setInputFiles(path);
  const card = newest(site);
  await expect(card).toContainText(/\d+:\d\d of 1:00:00/, { timeout: 20_000 });
  const states = await card.evaluateHandle((element) => {
    const seen: (string | undefined)[] = [];
    new MutationObserver(() => seen.push(element.dataset["state"])).observe(element, { attributeFilter: ["data-state"] });
    return seen;
  });
  await card.getByRole("combobox", { name: "Channel" }).selectOption("left");
  await expect(card).toHaveAttribute("data-state", "working", { timeout: 20_000 });
  await card.getByTestId("file-cancel").click();
  await expect(card).toHaveAttribute("data-state", "cancelled");
  // The hour was not classified to its end in between.
  expect(await states.jsonValue()).not.toContain("done");
  await site.page.getByTestId("file").setInputFiles(writeWav("next.wav", medley(6, 6)));
  await expect(newest(site)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await expect(cards(site)).toHaveCount(2);
});

/** Another tab with the page of `site`, ready to listen. */
async function otherTab(site: Site): Promise<Site> {
  const page = await site.page.context().newPage();
  await page.goto(site.page.url());
  const other = new Site(page);
  await other.expectState("idle");
  return other;
}

test("two tabs keep each other's settings, and show them", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const other = await otherTab(site);
  for (const tab of [site, other]) await tab.goTo("history");
  await site.page.getByTestId("keep-audio").check();
  await expect(other.page.getByTestId("keep-audio")).toBeChecked();
  await other.page.getByTestId("max-clips").selectOption("50");
  await expect(site.page.getByTestId("max-clips")).toHaveValue("50");
  await expect(site.page.locator("#keep-audio-help")).toContainText("at most 50");
  await site.page.reload();
  await site.goTo("history");
  await expect(site.page.getByTestId("keep-audio")).toBeChecked();
  await expect(site.page.getByTestId("max-clips")).toHaveValue("50");
  await other.page.getByTestId("keep-audio").uncheck();
  await expect(site.page.getByTestId("keep-audio")).not.toBeChecked();
});

test("a tab that listens takes what another one sets: thresholds, microphone and wake lock", async ({ open }) => {
  const site = await open({ wav: writeWav("steady.wav", SYNTHESISED["steady-noise"]!) });
  await site.expectState("idle");
  const other = await otherTab(site);
  for (const tab of [site, other]) await openSettings(tab);
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: DETECT_MS });
  await slide(other, "rejectionThreshold", 0.95);
  await expect(site.label).toHaveAttribute("data-label", "rejected", { timeout: DETECT_MS });
  await other.page.getByTestId("wake-lock").uncheck();
  await expect(site.page.getByTestId("wake-lock")).not.toBeChecked();
  const device = (tab: Site) => tab.page.getByTestId("device");
  await expect(device(other).locator("option")).not.toHaveCount(1);
  const chosen = (await device(other).locator("option").allTextContents()).at(-1)!;
  await device(other).selectOption({ label: chosen });
  await expect(device(site).locator("option:checked")).toHaveText(chosen);
  const used = () => site.page.evaluate(() => {
    const { grantedTracks } = globalThis as unknown as { grantedTracks: MediaStreamTrack[] };
    return grantedTracks.filter(({ readyState }) => readyState === "live").map((track) => track.getSettings().deviceId);
  });
  const { deviceId } = await site.page.evaluate(() => JSON.parse(localStorage.getItem("sourcing-sound.settings")!) as { deviceId: string });
  await expect.poll(used).toEqual([deviceId]);
});

test("what another tab sets or keeps does not touch the results of files, unless it mutes", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const other = await otherTab(site);
  for (const tab of [site, other]) await openSettings(tab);
  await site.goTo("files");
  await site.page.getByTestId("file").setInputFiles(siren());
  await expect(newest(site)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  const label = (await newest(site).getAttribute("data-label"))!;
  await newest(site).locator("summary").click();
  const play = newest(site).getByRole("button", { name: /^Play/ }).first();
  await play.focus();
  await other.page.evaluate(() => localStorage.setItem("something.else", "1"));
  await slide(other, "hopSeconds", 2);
  await expect(site.page.getByTestId("setting-hopSeconds")).toHaveValue("2");
  await expect(play).toBeFocused();
  await other.page.getByTestId("group-Alarms").uncheck();
  await expect(newest(site)).not.toHaveAttribute("data-label", label);
});

test("two tabs keep each other's alerts, muted groups and sliders, and show them", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const other = await otherTab(site);
  for (const tab of [site, other]) await openSettings(tab);
  const saved = () =>
    other.page.evaluate(() => {
      const { alerts, mutedGroups, stream } = JSON.parse(localStorage.getItem("sourcing-sound.settings")!);
      return { labels: alerts.labels, mutedGroups, stream: Object.values(stream) };
    });
  await site.page.getByTestId("alert-Dog").check();
  await site.page.getByTestId("group-Music").uncheck();
  await slide(site, "hopSeconds", 2);
  await expect(other.page.getByTestId("alert-Dog")).toBeChecked();
  await expect(other.page.getByTestId("group-Music")).not.toBeChecked();
  await expect(other.page.getByTestId("setting-hopSeconds")).toHaveValue("2");
  // As if it had slept and missed the next change.
  await other.page.evaluate(() => addEventListener("storage", (event) => event.stopImmediatePropagation(), { capture: true }));
  await site.page.getByTestId("alert-Cat").check();
  await site.page.getByTestId("group-Alarms").uncheck();
  await slide(site, "smoothingSeconds", 3);
  await other.page.getByTestId("alert-Siren").check();
  await other.page.getByTestId("group-Birds").uncheck();
  await slide(other, "hopSeconds", 1);
  expect(await saved()).toEqual({
    labels: ["Dog", "Cat", "Siren"],
    mutedGroups: ["Music", "Alarms", "Birds"],
    stream: [{ hopSeconds: 1, smoothingSeconds: 3 }],
  });
});

test("what is taught while another model is loading is in use once that is cancelled", async ({ open }) => {
  const [label] = LABELS;
  const site = await open({
    wav: writeWav("given-up.wav", SYNTHESISED["two-tone-horn"]!),
    // Never answered: it is loading until the user cancels.
    prepare: (page) => page.route(/urban-tiny[\w-]*\.onnx$/, () => undefined),
  });
  await site.expectState("idle");
  await site.modelSelect.selectOption("urban-tiny");
  await site.expectModels("loading");
  await site.goTo("teach");
  await name(site, label!);
  await give(site, label!, recordings(label!));
  await site.goTo("listen");
  await site.page.getByTestId("model-cancel").click();
  await site.expectModels("choice");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", label!, { timeout: DETECT_MS });
});

test("a label that is removed while it is recorded does not come back", async ({ open }) => {
  const site = await open({ wav: siren() });
  const [first, second] = LABELS;
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, first!);
  await card(site, first!).getByTestId("teach-record").click();
  await expect.poll(() => site.liveTracks()).toBe(1);
  await card(site, first!).getByRole("button", { name: /^Remove/ }).click();
  await expect(card(site, first!)).toHaveCount(0);
  await expect.poll(() => site.liveTracks()).toBe(0);
  // Sounds become examples one after the other: this one after what was recorded.
  await name(site, second!);
  await give(site, second!, recordings(second!));
  await expect(card(site, first!)).toHaveCount(0);
});
