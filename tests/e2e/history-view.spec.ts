// The history as users see it: the timeline, the keys, thousands of sounds; and what happens to it while the
// page listens.

import { serious } from "./support/axe";
import { eventAt, seed, showHistory, stored } from "./support/history";
import { expect, type OpenOptions, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const siren = SYNTHESISED["siren-sweep"]!;

/** Within this time a model of 4 s detects the siren for certain. */
const DETECT_MS = 20_000;

/** Elements that a browser shows without a delay, on a slow phone too. */
const MOST_ELEMENTS = 1500;

type Open = (options?: OpenOptions) => Promise<Site>;

async function hearSiren(open: Open, options: OpenOptions = {}): Promise<Site> {
  const site = await open({ ...options, wav: writeWav("history-view.wav", siren) });
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

const rowsOf = (page: Site["page"]) => page.getByTestId("history-rows").locator("li");

/** As if the user had switched it on earlier. */
function keepAudio(): void {
  localStorage.setItem("sourcing-sound.settings", JSON.stringify({ keepAudio: true }));
}

test("an event that is open when the browser crashes has an end afterwards", async ({ open }) => {
  const site = await hearSiren(open, {
    prepare: (page) =>
      page.addInitScript(() => {
        // The page is not notified of its end, and comes back two minutes later.
        addEventListener("pagehide", (event) => event.stopImmediatePropagation(), true);
        const now = Date.now.bind(Date);
        if (sessionStorage.getItem("later")) Date.now = () => now() + 120_000;
        sessionStorage.setItem("later", "yes");
      }),
  });
  await site.startListening();
  await expect.poll(async () => (await stored(site.page)).events.length, { timeout: DETECT_MS }).toBeGreaterThan(0);
  await expect.poll(async () => (await stored(site.page)).events.some(({ open }) => open === 1)).toBe(true);
  await site.page.reload();
  await site.expectState("idle");
  await expect.poll(async () => (await stored(site.page)).events.every(({ open }) => open === 0)).toBe(true);
  await showHistory(site.page);
  await expect(rowsOf(site.page).first()).not.toContainText("now");
});

test("a sound at the very beginning is kept with four full seconds", async ({ open }) => {
  const site = await hearSiren(open, { prepare: (page) => page.addInitScript(keepAudio) });
  await site.startListening();
  await expect.poll(async () => (await stored(site.page)).clips.length, { timeout: DETECT_MS }).toBeGreaterThan(0);
  expect((await stored(site.page)).seconds[0]).toBeCloseTo(4, 1);
});

test("the history also says that there is no room for sound", async ({ open }) => {
  const site = await hearSiren(open, {
    prepare: async (page) => {
      await page.addInitScript(keepAudio);
      await page.addInitScript(() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
          if (this.name === "clips") throw new DOMException("full", "QuotaExceededError");
          return put.apply(this, args);
        };
      });
    },
  });
  await site.startListening();
  await showHistory(site.page);
  const warning = site.page.getByTestId("view-history").getByRole("status");
  await expect(warning).toContainText("There is not enough space for sound", { timeout: DETECT_MS });
});

test("an open event that is deleted does not come back", async ({ open }) => {
  const site = await hearSiren(open);
  await site.startListening();
  await expect.poll(async () => (await stored(site.page)).events.length, { timeout: DETECT_MS }).toBeGreaterThan(0);
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

test("the focus stays on an event whose row changes", async ({ open }) => {
  const site = await openWith(open, eventAt(1, "Siren"), eventAt(2, "Dog"));
  const row = rowsOf(site.page).nth(1);
  const correct = row.getByTestId("history-correct");
  await correct.focus();
  // Another window's event continues, and gets its sound.
  await seed(site.page, [eventAt(1, "Siren", { seconds: 9, hasClip: true })]);
  await expect(row).toContainText("9.0 s");
  await expect(row.getByRole("button", { name: /^Play/ })).toBeVisible();
  await expect(correct).toBeFocused();
});

test("buttons switch between days", async ({ open }) => {
  const { page } = await openWith(open, eventAt(1, "siren"), eventAt(-20, "dog_bark"));
  await expect(rowsOf(page)).toHaveAttribute("data-label", "siren");
  await expect(page.getByTestId("history-next")).toBeDisabled();
  await page.getByTestId("history-previous").click();
  await expect(rowsOf(page)).toHaveAttribute("data-label", "dog_bark");
  await page.getByTestId("history-today").click();
  await expect(rowsOf(page)).toHaveAttribute("data-label", "siren");
});

test("after the clock was set back, future days are shown up to the last one with events", async ({ open }) => {
  const { page } = await openWith(open, eventAt(1, "siren"), eventAt(36, "dog_bark"));
  const next = page.getByTestId("history-next");
  await next.click();
  await expect(rowsOf(page)).toHaveAttribute("data-label", "dog_bark");
  await expect(next).toBeDisabled();
});

test("the focus stays in the view when the only event is deleted; an event of more than an hour has its length in hours", async ({ open }) => {
  const { page } = await openWith(open, eventAt(1, "siren", { seconds: 3675 }));
  await expect(rowsOf(page)).toContainText("1:01:15 h");
  await rowsOf(page).getByRole("button", { name: /^Delete/ }).press("Enter");
  await expect(page.getByRole("link", { name: "Start listening" })).toBeFocused();
});

test("an event that was detected long before the history's script was loaded has no sound", async ({ open }) => {
  let send = (): void => undefined;
  const sent = new Promise<void>((resolve) => (send = resolve));
  const site = await hearSiren(open, {
    prepare: async (page) => {
      await page.addInitScript(keepAudio);
      await page.route(/\/history-[^/]*\.js$/, async (route) => {
        await sent;
        await route.continue();
      });
    },
  });
  await site.startListening();
  const first = site.page.getByTestId("sounds").locator("li[data-label]").last();
  await expect(first).toBeVisible({ timeout: DETECT_MS });
  // The clip is due after four seconds at most.
  const from = await site.page.evaluate(() => performance.now());
  await site.page.waitForFunction((from) => performance.now() - from > 8000, from);
  send();
  await site.goTo("history");
  await expect(rowsOf(site.page).first()).toBeVisible();
  await site.goTo("listen");
  await site.listen.click();
  await site.expectState("idle");
  // Sounds are written before the ends of the events.
  await expect.poll(async () => (await stored(site.page)).events.every(({ open }) => open === 0)).toBe(true);
  const { events } = await stored(site.page);
  const [earliest] = events.sort((a, b) => a.onset - b.onset);
  expect(earliest!.hasClip).toBe(false);
});

test("the keys move along the timeline and to the event in the list", async ({ open }) => {
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

test("a press on the timeline goes to the nearest event", async ({ open }) => {
  const { page } = await openWith(open, eventAt(6, "siren"), eventAt(18, "siren"));
  const line = page.getByTestId("timeline").getByRole("slider");
  const box = (await line.boundingBox())!;
  await line.click({ position: { x: box.width * 0.75 + 1, y: 14 } });
  await expect(rowsOf(page).first()).toBeFocused();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 320]) {
    test(`a full day is accessible, ${colorScheme} and ${width} px wide`, async ({ open }) => {
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

test("ten thousand sounds of a day are drawn, not made of ten thousand elements", async ({ open }) => {
  const labels = ["siren", "dog_bark", "car_horn", "drilling", "jackhammer", "gun_shot", "street_music", "a", "b", "c", "d"];
  const events = Array.from({ length: 10_000 }, (_, i) => eventAt((i * 24) / 10_000, labels[i % labels.length]!, { id: `e${i}` }));
  const { page } = await openWith(open, ...events);
  await expect(page.getByTestId("history-summary")).toHaveText("10000 sounds of 11 kinds");
  await expect(page.getByTestId("timeline").getByText("All others")).toBeVisible();
  const view = page.getByTestId("view-history");
  const elements = () => view.evaluate((element) => element.querySelectorAll("*").length);
  expect(await elements(), "elements of the whole view").toBeLessThan(MOST_ELEMENTS);
  await page.getByTestId("history-filter").selectOption("siren");
  await expect(page.getByTestId("history-summary")).toHaveText("910 sounds of 1 kind");
  expect(await elements(), "elements of the whole view").toBeLessThan(MOST_ELEMENTS);
});
