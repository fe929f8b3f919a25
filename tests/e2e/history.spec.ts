// The history: what is heard is kept, shown, saved and deleted; and what happens when the browser keeps nothing.

import { readFile } from "node:fs/promises";
import type { Download, Page } from "@playwright/test";
import { serious } from "./support/axe";
import { eventAt, seed, showHistory, stored } from "./support/history";
import { expect, type OpenOptions, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const siren = SYNTHESISED["siren-sweep"]!;

/** Within so long a model of 4 s hears the siren for certain. */
const HEAR_MS = 20_000;

type Open = (options?: OpenOptions) => Promise<Site>;

async function hearSiren(open: Open, options: OpenOptions = {}): Promise<Site> {
  const site = await open({ ...options, wav: writeWav("history-siren.wav", siren) });
  await site.expectState("idle");
  return site;
}

async function openWith(open: Open, ...events: Parameters<typeof seed>[1][number][]): Promise<Site> {
  const site = await open();
  await site.expectState("idle");
  await seed(site.page, events);
  await showHistory(site.page);
  return site;
}

const rowsOf = (page: Page) => page.getByTestId("history-rows").locator("li");

async function saved(page: Page, testId: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(testId).click()]);
  return { name: download.suggestedFilename(), text: (await bytesOf(download)).toString("utf8") };
}

async function bytesOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}

test("what is heard is kept with its time, and outlives the page", async ({ open }) => {
  const site = await hearSiren(open);
  const began = Date.now();
  await site.startListening();
  const heard = site.page.locator("[data-testid=heard] [data-label]").last();
  await expect(heard).toBeVisible({ timeout: HEAR_MS });
  const label = await heard.getAttribute("data-label");
  await showHistory(site.page);
  const row = rowsOf(site.page).last();
  await expect(row).toHaveAttribute("data-label", label!);
  await expect(row, "it still sounds").toContainText("now");
  await site.page.getByTestId("tab-listen").click();
  await site.listen.click();
  await site.expectState("idle");
  await showHistory(site.page);
  await expect(row).not.toContainText("now");
  await expect(row).toHaveText(/\d{1,2}:\d{2}:\d{2}.*\d+(\.\d)? s.*\d+%/s);
  const [event] = (await stored(site.page)).events;
  expect(event).toMatchObject({ label, open: 0, hasClip: false });
  expect(event!.onset).toBeGreaterThan(began - 2000);
  expect(event!.offset).toBeGreaterThan(event!.onset);
  expect(event!.offset).toBeLessThanOrEqual(Date.now());
  expect((await stored(site.page)).clips, "sound is kept only where that is asked for").toEqual([]);
  const words = await row.textContent();
  await site.page.reload();
  await expect(rowsOf(site.page).last()).toHaveText(words!);
});

test("what sounds when the browser crashes has an end afterwards", async ({ open }) => {
  const site = await hearSiren(open, {
    prepare: (page) =>
      page.addInitScript(() => {
        // The page is not told that it ends, and comes back two minutes later.
        addEventListener("pagehide", (event) => event.stopImmediatePropagation(), true);
        const now = Date.now.bind(Date);
        if (sessionStorage.getItem("later")) Date.now = () => now() + 120_000;
        sessionStorage.setItem("later", "yes");
      }),
  });
  await site.startListening();
  await expect.poll(async () => (await stored(site.page)).events.length, { timeout: HEAR_MS }).toBeGreaterThan(0);
  await expect.poll(async () => (await stored(site.page)).events.some(({ open }) => open === 1)).toBe(true);
  await site.page.reload();
  await site.expectState("idle");
  await expect.poll(async () => (await stored(site.page)).events.every(({ open }) => open === 0)).toBe(true);
  await showHistory(site.page);
  await expect(rowsOf(site.page).first()).not.toContainText("now");
});

test("sound that the person wants kept can be played and saved", async ({ open }) => {
  const site = await hearSiren(open);
  await showHistory(site.page);
  const keep = site.page.getByTestId("keep-audio");
  await expect(keep).not.toBeChecked();
  await expect(keep).toHaveAccessibleDescription(/stays on this device.*at most 200 clips \(about 7\d(\.\d)? MB\).*oldest go first/);
  await keep.check();
  await site.page.getByTestId("tab-listen").click();
  await site.startListening();
  await expect.poll(async () => (await stored(site.page)).clips.length, { timeout: HEAR_MS }).toBeGreaterThan(0);
  await site.listen.click();
  await showHistory(site.page);
  const row = rowsOf(site.page).last();
  const play = row.getByRole("button", { name: /^Play / });
  await play.click();
  await expect(play).toHaveAttribute("data-playing", "");
  await play.click();
  await expect(play).not.toHaveAttribute("data-playing", "");
  const [download] = await Promise.all([
    site.page.waitForEvent("download"),
    row.getByRole("button", { name: /as WAV$/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^\w+-\d{4}-\d\d-\d\dT[\d-]+\.wav$/);
  const wav = await bytesOf(download);
  expect(wav.toString("latin1", 0, 4)).toBe("RIFF");
  const seconds = wav.readUInt32LE(40) / 2 / wav.readUInt32LE(24);
  expect(seconds).toBeCloseTo(4, 1);
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
  expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0), "the siren's peak").toBeGreaterThan(3000);
});

test("beyond the limit the oldest sounds go, and their events stay", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const events = Array.from({ length: 60 }, (_, i) => eventAt(i / 60, "siren", { id: `e${i}`, hasClip: true }));
  const clips = events.map(({ id, onset }) => ({ id, at: onset, sampleRate: 8000, value: 1000, seconds: 0.1 }));
  await seed(site.page, events, clips);
  await showHistory(site.page);
  await site.page.getByTestId("max-clips").selectOption("50");
  await expect.poll(async () => (await stored(site.page)).clips).toEqual(events.slice(10).map(({ id }) => id));
  const kept = (await stored(site.page)).events;
  expect(kept).toHaveLength(60);
  expect(kept.map(({ hasClip }) => hasClip)).toEqual(events.map((_, i) => i >= 10));
});

test("with a full disk the event is kept, its sound is not, and the person is told", async ({ open }) => {
  const site = await hearSiren(open, {
    prepare: (page) =>
      page.addInitScript(() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
          if (this.name === "clips") throw new DOMException("full", "QuotaExceededError");
          return key === undefined ? put.call(this, value) : put.call(this, value, key);
        };
      }),
  });
  await showHistory(site.page);
  await site.page.getByTestId("keep-audio").check();
  await site.page.getByTestId("tab-listen").click();
  await site.startListening();
  await expect(site.notice).toContainText("There is no room left for sound", { timeout: HEAR_MS });
  await site.expectState("listening");
  const { events, clips } = await stored(site.page);
  expect(events.length).toBeGreaterThan(0);
  expect(events.every(({ hasClip }) => !hasClip)).toBe(true);
  expect(clips).toEqual([]);
  await showHistory(site.page);
  await expect(site.page.locator(".history-warning"), "it is said there too").toContainText("There is no room left");
});

test("a browser that keeps nothing still shows what is heard, and says so", async ({ open }) => {
  const site = await hearSiren(open, {
    prepare: (page) =>
      page.addInitScript(() => {
        IDBFactory.prototype.open = () => {
          throw new DOMException("refused", "SecurityError");
        };
      }),
  });
  await showHistory(site.page);
  await expect(site.page.locator(".history-warning")).toContainText("Your browser keeps nothing for this page");
  await expect(site.page.getByTestId("keep-audio")).toBeDisabled();
  await site.page.getByTestId("tab-listen").click();
  await site.startListening();
  await showHistory(site.page);
  await expect(rowsOf(site.page).first()).toBeVisible({ timeout: HEAR_MS });
});

test("it is saved as CSV, JSON and Audacity's labels", async ({ open }) => {
  const label = '=1+1, "quoted"';
  const events = [eventAt(1, "siren", { score: 0.75 }), eventAt(2, label, { seconds: 3.5 })];
  const site = await openWith(open, ...events, eventAt(-30, "dog_bark"));
  const iso = (ms: number) => new Date(ms).toISOString();
  const [first, second] = [events[0]!, events[1]!];

  const csv = await saved(site.page, "history-csv");
  expect(csv.name).toMatch(/^sounds-\d{4}-\d\d-\d\d\.csv$/);
  expect(csv.text.split("\r\n")).toEqual([
    "file,onset,offset,duration,label,score,model",
    `,${iso(first.onset)},${iso(first.offset)},2.000,siren,0.7500,test`,
    `,${iso(second.onset)},${iso(second.offset)},3.500,"'=1+1, ""quoted""",0.8000,test`,
    "",
  ]);

  const json = JSON.parse((await saved(site.page, "history-json")).text) as unknown[];
  expect(json).toHaveLength(2);
  expect(json[0]).toEqual({
    label: "siren",
    onset: iso(first.onset),
    offset: iso(first.offset),
    duration: 2,
    score: 0.75,
    model: "test",
    clip: false,
  });

  const audacity = await saved(site.page, "history-audacity");
  expect(audacity.text).toBe(`0.000000\t2.000000\tsiren\n3600.000000\t3603.500000\t${label}\n`);

  await site.page.getByTestId("history-what").selectOption("all");
  const all = await saved(site.page, "history-csv");
  expect(all.name).toBe("sounds.csv");
  expect(all.text).toContain("dog_bark");
});

test("one sound is deleted, then all of them once the person says so again", async ({ open }) => {
  const site = await openWith(open, eventAt(1, "siren"), eventAt(2, "dog_bark"), eventAt(3, "siren"));
  const { page } = site;
  await expect(rowsOf(page)).toHaveCount(3);
  await page.getByRole("button", { name: /^Delete Dog bark/ }).click();
  await expect(rowsOf(page)).toHaveCount(2);
  await expect(rowsOf(page).last().getByRole("button", { name: /^Delete/ }), "the keyboard goes on").toBeFocused();
  expect((await stored(page)).events.map(({ label }) => label)).toEqual(["siren", "siren"]);
  await page.getByTestId("history-remove-all").click();
  await page.keyboard.press("Escape");
  expect((await stored(page)).events).toHaveLength(2);
  await page.getByTestId("history-remove-all").click();
  await page.getByTestId("history-really").click();
  await expect(rowsOf(page)).toHaveCount(0);
  await expect(page.getByTestId("view-history").getByRole("link", { name: "Start listening" })).toBeVisible();
  expect((await stored(page)).events).toEqual([]);
});

test("a sound that is deleted while it goes on does not come back", async ({ open }) => {
  const site = await hearSiren(open);
  await site.startListening();
  await expect.poll(async () => (await stored(site.page)).events.length, { timeout: HEAR_MS }).toBeGreaterThan(0);
  const gone = (await stored(site.page)).events.map(({ id }) => id);
  await showHistory(site.page);
  await site.page.getByTestId("history-remove-all").click();
  await site.page.getByTestId("history-really").click();
  await expect.poll(async () => (await stored(site.page)).events.filter(({ id }) => gone.includes(id))).toEqual([]);
  await site.page.getByTestId("tab-listen").click();
  await site.listen.click();
  await site.expectState("idle");
  expect((await stored(site.page)).events.filter(({ id }) => gone.includes(id))).toEqual([]);
});

test("the counts are those of the events, and follow the filter", async ({ open }) => {
  const events = [
    ...[8.1, 8.2, 8.3, 10.5].map((hour) => eventAt(hour, "siren")),
    ...[8.4, 9.9].map((hour) => eventAt(hour, "dog_bark")),
  ];
  const { page } = await openWith(open, ...events);
  await expect(page.getByTestId("history-summary")).toHaveText("6 sounds of 2 kinds");
  const table = page.getByTestId("history-counts");
  const cellsOf = (label: string) => table.locator(`tr[data-label=${label}] td`).allTextContents();
  expect(await cellsOf("siren")).toEqual(["3", "", "1", "4"]);
  expect(await cellsOf("dog_bark")).toEqual(["1", "1", "", "2"]);
  await page.getByTestId("history-filter").selectOption("dog_bark");
  await expect(rowsOf(page)).toHaveCount(2);
  await expect(table.locator("tr[data-label=siren]")).toHaveCount(0);
  await page.getByTestId("history-filter").selectOption("");
  await page.getByTestId("history-zoom").selectOption({ index: 1 });
  await expect(page.getByTestId("history-summary")).toHaveText("4 sounds of 2 kinds");
});

test("days are turned by their buttons", async ({ open }) => {
  const { page } = await openWith(open, eventAt(1, "siren"), eventAt(-20, "dog_bark"));
  await expect(rowsOf(page)).toHaveAttribute("data-label", "siren");
  await expect(page.getByTestId("history-next")).toBeDisabled();
  await page.getByTestId("history-previous").click();
  await expect(rowsOf(page)).toHaveAttribute("data-label", "dog_bark");
  await page.getByTestId("history-today").click();
  await expect(rowsOf(page)).toHaveAttribute("data-label", "siren");
});

test("the keys go along the line of time and to the sound in the list", async ({ open }) => {
  const { page } = await openWith(open, ...[1, 5, 9].map((hour) => eventAt(hour, hour === 5 ? "dog_bark" : "siren")));
  const line = page.getByTestId("timeline").getByRole("slider");
  await line.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(line).toHaveAttribute("aria-valuenow", "2");
  await expect(line).toHaveAttribute("aria-valuetext", /^Dog bark · 0?5:00.* · 80%$/);
  await page.keyboard.press("Enter");
  await expect(rowsOf(page).nth(1)).toBeFocused();
  await expect(rowsOf(page).nth(1)).toHaveAttribute("data-label", "dog_bark");
});

test("a press on the line of time goes to the nearest sound", async ({ open }) => {
  const { page } = await openWith(open, eventAt(6, "siren"), eventAt(18, "siren"));
  const line = page.getByTestId("timeline").getByRole("slider");
  const box = (await line.boundingBox())!;
  await line.click({ position: { x: box.width * 0.75 + 1, y: 14 } });
  await expect(rowsOf(page).first()).toBeFocused();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 320]) {
    test(`a full day is free of barriers, ${colorScheme} and ${width} px wide`, async ({ open }) => {
      const site = await open({ context: { colorScheme, viewport: { width, height: 800 } } });
      await site.expectState("idle");
      const events = Array.from({ length: 40 }, (_, i) => eventAt(6 + i / 3, ["siren", "dog_bark", "gun_shot"][i % 3]!));
      await seed(site.page, events.map((event) => ({ ...event, hasClip: true })));
      await showHistory(site.page);
      await expect(rowsOf(site.page).first()).toBeVisible();
      expect(await serious(site.page, "history")).toEqual([]);
      expect(await site.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  }
}

test("ten thousand sounds of a day are shown without delay", async ({ open }) => {
  const labels = ["siren", "dog_bark", "car_horn", "drilling", "jackhammer", "gun_shot", "street_music", "a", "b", "c", "d"];
  const events = Array.from({ length: 10_000 }, (_, i) => eventAt((i * 24) / 10_000, labels[i % labels.length]!, { id: `e${i}` }));
  const { page } = await openWith(open, ...events);
  await expect(page.getByTestId("history-summary")).toHaveText("10000 sounds of 11 kinds");
  await expect(page.getByTestId("timeline").getByText("All others")).toBeVisible();
  const ms = await page.evaluate(async () => {
    const select = document.querySelector<HTMLSelectElement>("[data-testid=history-filter]")!;
    const summary = document.querySelector("[data-testid=history-summary]")!;
    const began = performance.now();
    select.value = "siren";
    select.dispatchEvent(new Event("change"));
    while (!summary.textContent?.endsWith("1 kind")) await new Promise(requestAnimationFrame);
    return performance.now() - began;
  });
  expect(ms, "milliseconds until the filter has taken effect").toBeLessThan(1500);
});
