// What users can do while the page listens, and what it shows about the incoming sound.

import { openSettings, slide } from "./support/settings";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { type Sound, writeWav } from "./support/wav";

const RATE = 48000;
const sound = (wave: (t: number) => number): Sound => ({
  samples: Float32Array.from({ length: 4 * RATE }, (_, i) => wave(i / RATE)),
  sampleRate: RATE,
});
const tone = (loudness: number) => sound((t) => Math.max(-1, Math.min(1, loudness * Math.sin(2 * Math.PI * 440 * t))));

const siren = () => writeWav("listening.wav", SYNTHESISED["siren-sweep"]!);
const hint = (site: Site) => site.page.getByTestId("level-hint");

const ofScores = { attributes: true, attributeFilter: ["data-score"], subtree: true };

/** How often the scores change in `seconds`. */
async function changes(site: Site, seconds: number): Promise<number> {
  return site.page.getByTestId("scores").evaluate(async (element, { ms, ofScores }) => {
    const times = new Set<number>();
    new MutationObserver(() => times.add(Math.round(performance.now() / 50))).observe(element, ofScores);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return times.size;
  }, { ms: seconds * 1000, ofScores });
}

/** Waits until the scores have changed `count` times. */
async function answers(site: Site, count: number): Promise<void> {
  await site.page.getByTestId("scores").evaluate((element, { count, ofScores }) => {
    let times = 0;
    return new Promise<void>((resolve) => {
      new MutationObserver(() => {
        times += 1;
        if (times === count) resolve();
      }).observe(element, ofScores);
    });
  }, { count, ofScores });
}

declare const updateTimes: number[];

/** Notes the time in the sound, in seconds, of each update that a worker sends to the page. */
function noteUpdates(): void {
  const times: number[] = [];
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      this.addEventListener("message", ({ data }: MessageEvent<{ updates?: { time: number }[] }>) => {
        for (const { time } of data.updates ?? []) times.push(time);
      });
    }
  };
  Object.assign(globalThis, { updateTimes: times });
}

/** The seconds of sound between the last `count` updates. */
const gaps = (site: Site, count: number) =>
  site.page.evaluate((count) => {
    const last = updateTimes.slice(-count);
    return last.slice(1).map((time, i) => Math.round(100 * (time - last[i]!)) / 100);
  }, count);

test("pause keeps the microphone and processes nothing; resuming processes again", async ({ open }) => {
  const site = await open({ wav: siren() });
  const pause = site.page.getByTestId("pause");
  await site.expectState("idle");
  await expect(pause).toBeDisabled();
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  await pause.click();
  await site.expectState("paused");
  await expect(site.label).toHaveText("Paused");
  await expect(site.page.getByTestId("detail")).toHaveText("The microphone stays open; nothing is analysed.");
  expect(await site.liveTracks()).toBe(1);
  await expect(pause).toHaveText("Resume");
  expect(await changes(site, 1.5)).toBe(0);
  await pause.click();
  await site.expectState("listening");
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  await pause.click();
  await site.listen.click();
  await site.expectState("idle");
  expect(await site.liveTracks()).toBe(0);
});

test("a microphone that is lost while it is paused comes back paused", async ({ open }) => {
  const site = await open({ wav: siren() });
  await site.expectState("idle");
  await site.startListening();
  await site.page.getByTestId("pause").click();
  await site.expectState("paused");
  await site.unplug();
  await site.expectState("waiting");
  await site.plugIn();
  await site.expectState("paused");
  expect(await changes(site, 1)).toBe(0);
  await site.page.getByTestId("pause").click();
  await site.expectState("listening");
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
});

test("every label has a live bar in a fixed place", async ({ open }) => {
  const site = await open({ wav: siren() });
  await site.expectState("idle");
  await site.page.getByTestId("bars-fold").evaluate((fold) => fold.setAttribute("open", ""));
  const bars = site.page.getByTestId("bars").locator("[data-label]");
  const order = () => bars.evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset["label"]));
  await expect(bars).toHaveCount(527);
  const before = await order();
  await site.startListening();
  await expect(bars.first()).toContainText(/\d+%/, { timeout: 15_000 });
  expect(await order()).toEqual(before);
  const best = await site.page.locator("[data-testid=scores] [data-label]").first().getAttribute("data-label");
  await expect(bars.and(site.page.locator(`[data-label="${best}"]`))).toContainText(/\d+%/);
});

const LEVELS = [
  { what: "a sound that is cut off", wav: tone(3), state: "clipped", said: "Too loud" },
  { what: "a very quiet sound", wav: tone(0.0005), state: "quiet", said: "Very quiet" },
  { what: "no sound at all", wav: tone(0), state: "dead", said: "No sound at all" },
];
for (const { what, wav, state, said } of LEVELS) {
  test(`the level says what is wrong: ${what}`, async ({ open }) => {
    const site = await open({ wav: writeWav(`level-${state}.wav`, wav) });
    await site.expectState("idle");
    await site.startListening();
    await expect(hint(site)).toHaveAttribute("data-state", state, { timeout: 20_000 });
    await expect(hint(site)).toContainText(said);
    await site.listen.click();
    await expect(hint(site)).toBeEmpty();
  });
}

test("a sound of the usual loudness causes no hint", async ({ open }) => {
  // Longer than it takes until a hint, and then silence, which has one.
  const { samples } = SYNTHESISED["siren-sweep"]!;
  const ends = new Float32Array(samples.length + 6 * RATE);
  ends.set(samples);
  const site = await open({ wav: writeWav("siren-ends.wav", { samples: ends, sampleRate: RATE }) });
  await site.expectState("idle");
  const states = await hint(site).evaluateHandle((element) => {
    const seen: (string | undefined)[] = [];
    new MutationObserver(() => seen.push(element.dataset["state"])).observe(element, { attributeFilter: ["data-state"] });
    return seen;
  });
  await site.startListening();
  await expect(hint(site)).toHaveAttribute("data-state", "dead", { timeout: 30_000 });
  expect((await states.jsonValue()).filter(Boolean)).toEqual(["dead"]);
});

test("settings apply at once, are kept, and can be reset to the model's defaults", async ({ open }) => {
  const site = await open({ wav: siren(), prepare: (page) => page.addInitScript(noteUpdates) });
  await site.expectState("idle");
  await openSettings(site);
  const reset = site.page.getByTestId("settings-reset");
  await expect(reset).toBeDisabled();
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  await expect.poll(() => gaps(site, 3), { timeout: 20_000 }).toEqual([0.5, 0.5]);
  await slide(site, "hopSeconds", 2);
  await expect.poll(() => gaps(site, 3), { timeout: 30_000 }).toEqual([2, 2]);
  await slide(site, "rejectionThreshold", 0.95);
  await slide(site, "smoothingSeconds", 10);
  await site.expectState("listening");
  await expect(site.notice).toHaveAttribute("data-code", "");
  await site.page.reload();
  await site.expectState("idle");
  await openSettings(site);
  await expect(site.page.getByTestId("setting-hopSeconds")).toHaveValue("2");
  await reset.click();
  await expect(site.page.getByTestId("setting-hopSeconds")).toHaveValue("0.5");
  await expect(reset).toBeDisabled();
  await expect(reset).toBeFocused();
});

test("another microphone can be chosen while listening", async ({ open }) => {
  const site = await open({ wav: siren() });
  await site.expectState("idle");
  await site.startListening();
  const device = site.page.getByTestId("device");
  await expect.poll(() => device.locator("option").count()).toBeGreaterThan(1);
  const names = await device.locator("option").allTextContents();
  await device.selectOption({ label: names.at(-1)! });
  await expect.poll(() => site.liveTracks()).toBe(1);
  await expect.poll(() => site.page.evaluate(() => (globalThis as unknown as { grantedTracks: unknown[] }).grantedTracks.length)).toBe(2);
  await site.expectState("listening");
  await site.page.reload();
  await site.expectState("idle");
  await expect(device).not.toHaveValue("");
});

test("a chosen microphone that is missing is replaced by the system's default", async ({ open }) => {
  const site = await open({
    wav: siren(),
    prepare: (page) =>
      page.addInitScript(() => localStorage.setItem("sourcing-sound.settings", JSON.stringify({ deviceId: "gone" }))),
  });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.notice).toContainText("not connected");
});

test("chosen sounds raise a notification", async ({ open }) => {
  const site = await open({
    wav: siren(),
    prepare: (page) =>
      page.addInitScript(() => {
        const shown: string[] = [];
        class Told {
          static permission = "granted";
          static requestPermission = async () => "granted";
          constructor(title: string) {
            shown.push(title);
          }
        }
        Object.assign(globalThis, { shown, Notification: Told });
      }),
  });
  await site.expectState("idle");
  await openSettings(site);
  await site.page.getByTestId("alert-notify").check();
  // Hundreds of boxes, ticked in one go.
  await site.page.getByTestId("settings").evaluate((settings) => {
    for (const box of settings.querySelectorAll<HTMLInputElement>(".settings-alerts:not([data-testid=groups]) .settings-labels input")) box.click();
  });
  await site.startListening();
  const shown = () => site.page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
  await expect.poll(shown, { timeout: 20_000 }).not.toEqual([]);
  // Each of these answers has the sound that is going on.
  await answers(site, 6);
  const titles = await shown();
  expect(new Set(titles).size, "each sound once").toBe(titles.length);
});

test("refused notifications are explained and stay off", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.addInitScript(() => (Notification.requestPermission = async () => "denied")),
  });
  await site.expectState("idle");
  await openSettings(site);
  const box = site.page.getByTestId("alert-notify");
  await box.click();
  await expect(box).not.toBeChecked();
  await expect(site.page.getByTestId("settings")).toContainText("does not allow notifications");
});

test("notifications that the browser does not allow any more are shown as off, with the reason", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        localStorage.setItem("sourcing-sound.settings", JSON.stringify({ alerts: { labels: [], notify: true, sound: false, pauseSeconds: 20 } }));
        Object.defineProperty(Notification, "permission", { value: "denied", configurable: true });
      }),
  });
  await site.expectState("idle");
  await openSettings(site);
  const box = site.page.getByTestId("alert-notify");
  await expect(box).not.toBeChecked();
  await expect(site.page.getByTestId("settings")).toContainText("does not allow notifications");
  // Allowed in the browser's settings, they are on again.
  await site.page.evaluate(() => Object.defineProperty(Notification, "permission", { value: "granted" }));
  await openSettings(site);
  await openSettings(site);
  await expect(box).toBeChecked();
  await expect(site.page.getByTestId("settings")).not.toContainText("does not allow notifications");
});

test("the screen stays on while the page listens, unless switched off", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        const held = { count: 0 };
        const request = async () => {
          held.count += 1;
          return Object.assign(new EventTarget(), { release: async () => void (held.count -= 1) });
        };
        Object.defineProperty(navigator, "wakeLock", { value: { request } });
        Object.assign(globalThis, { held });
      }),
  });
  const held = () => site.page.evaluate(() => (globalThis as unknown as { held: { count: number } }).held.count);
  await site.expectState("idle");
  expect(await held()).toBe(0);
  await site.startListening();
  await expect.poll(held).toBe(1);
  await site.unplug();
  await site.expectState("waiting");
  await expect.poll(held).toBe(0);
  await site.plugIn();
  await site.expectState("listening");
  await expect.poll(held).toBe(1);
  await openSettings(site);
  await site.page.getByTestId("wake-lock").uncheck();
  await expect.poll(held).toBe(0);
  await site.page.getByTestId("wake-lock").check();
  await expect.poll(held).toBe(1);
  await site.listen.click();
  await expect.poll(held).toBe(0);
});

test("sound that a browser held back in the background is reported on return", async ({ open }) => {
  const site = await open({ wav: siren() });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  const show = (state: "hidden" | "visible") =>
    site.page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await show("hidden");
  await answers(site, 3);
  await show("visible");
  await expect(site.notice).toHaveText("Sound never leaves this device.");
  await show("hidden");
  // A minute goes by without any sound.
  await site.page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 60_000;
  });
  await show("visible");
  await expect(site.notice).toContainText(/^The browser slowed this page down while it was hidden: (0:59|1:00)\smin of sound was missed/);
});

test("the stage fills the screen", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.startListening();
  const button = site.page.getByTestId("full-screen");
  await button.click();
  await expect(button).toHaveAccessibleName("Leave full screen");
  expect(await site.page.evaluate(() => document.fullscreenElement?.id)).toBe("stage");
  await button.click();
  await expect(button).toHaveAccessibleName("Full screen");
});

test("hours of listening collect no listeners", async ({ open }) => {
  const counted = () => {
    const counts = { timers: 0, listeners: 0 };
    Object.assign(globalThis, { counts });
    // What the page does every few seconds, it does a hundred times as often.
    const later = globalThis.setTimeout;
    const soon = (work: () => void, ms = 0) => {
      counts.timers += 1;
      return later(work, ms / 100);
    };
    globalThis.setTimeout = soon as typeof setTimeout;
    const add = AbortSignal.prototype.addEventListener;
    AbortSignal.prototype.addEventListener = function (this: AbortSignal, ...given: Parameters<typeof add>) {
      counts.listeners += 1;
      return add.apply(this, given);
    } as typeof add;
  };
  const site = await open({ prepare: (page) => page.addInitScript(counted) });
  await site.expectState("idle");
  await site.startListening();
  const counts = () => site.page.evaluate(() => (globalThis as unknown as { counts: Record<"timers" | "listeners", number> }).counts);
  // However long a busy machine needs for so many.
  await expect.poll(async () => (await counts()).timers, { timeout: 20_000 }).toBeGreaterThan(20);
  const before = await counts();
  await expect.poll(async () => (await counts()).timers, { timeout: 30_000 }).toBeGreaterThan(before.timers + 100);
  expect((await counts()).listeners).toBeLessThan(before.listeners + 10);
});
