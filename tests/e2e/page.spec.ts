// Listening and recording, as users do.

import { classifyNatively, wholeLabel } from "./support/command-line";
import { expectStill } from "./support/layout-shift";
import { expect, test } from "./support/site";
import { slowDevice } from "./support/slow-device";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const siren = SYNTHESISED["siren-sweep"]!;

test("starts with what it needs, and says that sound stays on the device", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await expect(site.notice).toHaveText("Sound never leaves this device.");
  await expect(site.page.getByTestId("facts")).toContainText("Licence");
  await expect(site.page).toHaveTitle("What is that sound?");
});

test("listening shows level, picture, scores and a label", async ({ open }) => {
  const site = await open({ wav: writeWav("siren.wav", siren) });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  await expect(site.page.getByTestId("level")).toHaveText(/^−\d+ dB$/);
  const scores = await site.scores();
  expect(Object.keys(scores)).toHaveLength(4);
  for (const score of Object.values(scores)) {
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(1);
  }
  const colours = await site.page.getByTestId("spectrogram").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  expect(colours, "colours in the picture").toBeGreaterThan(20);
  await expectStill(site.page);
  await site.listen.click();
  await site.expectState("idle");
});

for (const [screen, viewport] of Object.entries({ wide: { width: 1280, height: 1100 }, narrow: { width: 390, height: 844 } })) {
  test(`a slow device shows at once that it starts, and nothing jumps later: ${screen}`, async ({ open }) => {
    const slow = slowDevice();
    const site = await open({ wav: writeWav("slow.wav", siren), prepare: slow.prepare, context: { viewport } });
    const { page } = site;
    await expect(site.notice).not.toBeEmpty();
    // The model is not there yet.
    await site.listen.click();
    await site.expectState("starting");
    await slow.untilAnswered(page);
    slow.sendModel();
    await slow.untilAsked(page);
    await site.expectState("starting");
    await slow.grant(page);
    await site.expectState("listening");
    await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
    await site.listen.click();
    await site.expectState("idle");
    // Now it is there, and only the audio is slow.
    await site.listen.click();
    await site.expectState("starting");
    await slow.untilAsked(page);
    await slow.grant(page);
    await site.expectState("listening");
    await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
    await site.listen.click();
    await site.expectState("idle");
    expect(await slow.answeredFirst(page), "whether the click was answered before the audio was opened").toEqual([true, true]);
    await expectStill(page);
  });
}

test("starting and stopping ten times leaves no live track and no extra worker", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const workers = site.page.workers().length;
  expect(workers).toBe(1);
  for (let i = 0; i < 10; i += 1) {
    await site.startListening();
    expect(await site.liveTracks()).toBe(1);
    await site.listen.click();
    await site.expectState("idle");
    expect(await site.liveTracks()).toBe(0);
  }
  expect(site.page.workers()).toHaveLength(workers);
});

test("stopping during the start leaves nothing open", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.listen.click();
  await site.listen.click();
  await site.expectState("idle");
  await expect.poll(() => site.liveTracks()).toBe(0);
  await site.startListening();
  expect(await site.liveTracks()).toBe(1);
});

test("a recording gets a label, and the clip can be saved", async ({ open }, info) => {
  const site = await open({ wav: writeWav("record.wav", siren) });
  await site.expectState("idle");
  await site.record.click();
  await site.expectState("recording");
  await site.expectState("result");
  await expect(site.label).toHaveAttribute("data-label", /\w/);
  expect(await site.liveTracks()).toBe(0);
  await expect(site.page.getByTestId("level"), "of a microphone that is closed").toBeEmpty();
  const download = site.page.waitForEvent("download");
  await site.page.getByTestId("download").click();
  const path = info.outputPath("recording.wav");
  await (await download).saveAs(path);
  expect(wholeLabel(classifyNatively(path).segments)).toBe(await site.label.getAttribute("data-label"));
});

test("a picture is as sharp on another screen", async ({ open }) => {
  const site = await open({ wav: writeWav("sharp.wav", siren) });
  await site.expectState("idle");
  await site.record.click();
  await site.expectState("result");
  const picture = site.page.getByTestId("spectrogram");
  const density = () => picture.evaluate((canvas: HTMLCanvasElement) => canvas.width / canvas.clientWidth);
  await expect.poll(density).toBeCloseTo(1);
  // The browser only takes another screen with another window. The picture's size on the page stays.
  await picture.evaluate((canvas) => Object.assign(canvas.style, { width: `${canvas.clientWidth}px`, height: `${canvas.clientHeight}px` }));
  const session = await site.page.context().newCDPSession(site.page);
  await session.send("Emulation.setDeviceMetricsOverride", { width: 1281, height: 720, deviceScaleFactor: 2, mobile: false });
  await expect.poll(density).toBeCloseTo(2);
});

test("a recording can be cancelled", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.record.click();
  await site.expectState("recording");
  await site.record.click();
  await site.expectState("idle");
  expect(await site.liveTracks()).toBe(0);
});

test("works by keyboard alone", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.listen.focus();
  await site.page.keyboard.press("Enter");
  await site.expectState("listening");
  await site.page.keyboard.press("Enter");
  await site.expectState("idle");
  await site.page.getByTestId("tab-files").focus();
  await site.page.keyboard.press("Enter");
  const chooser = site.page.waitForEvent("filechooser");
  const choose = site.page.getByTestId("choose");
  // Elements that are not shown yet cannot have the focus.
  await expect(choose).toBeVisible();
  await choose.focus();
  await expect(choose).toBeFocused();
  await site.page.keyboard.press("Space");
  await chooser;
});

test("a key that is pressed before the script is loaded is not lost", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.route(/\/index-[^/]*\.js$/, async (route) => {
        await page.getByTestId("listen").press("Enter");
        await route.continue();
      }),
  });
  await site.expectState("listening");
  // From then on, a press does what the button says.
  await expect(site.listen).toHaveText("Stop listening");
  await site.listen.press("Enter");
  await site.expectState("idle");
});

test("with reduced motion, the picture is painted from left to right, and its axis and its line say so", async ({ open }) => {
  const site = await open({ context: { reducedMotion: "reduce" } });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.page.locator("#times")).toHaveText(/^0\.0 s.*10\.0 s$/);
  const line = site.page.locator("#progress");
  await expect(line).toBeVisible();
  const at = () => line.evaluate((element) => Number(element.style.getPropertyValue("--at")));
  await expect.poll(at).toBeGreaterThan(0.1);
  await site.listen.click();
  await expect(line).toBeHidden();
});

test("an address that names the view shows it from its top", async ({ open }) => {
  const site = await open();
  await site.page.setViewportSize({ width: 390, height: 600 });
  await site.goTo("history");
  await site.goTo("listen");
  const address = site.page.url();
  await site.page.goto("about:blank");
  await site.page.goto(address);
  await site.expectState("idle");
  expect(await site.page.evaluate(() => scrollY)).toBe(0);
  await expect(site.page.locator(":focus")).toHaveCount(0);
});

test("nothing is wider than the narrowest screen", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.page.setViewportSize({ width: 320, height: 640 });
  const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
