// The history: what is kept through a reload, a crash and a full disk, and what users can do with it.

import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { classify, newest } from "./support/files";
import { historyOpened, seed, type StoredEvent as Kept } from "./support/history";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const siren = () => writeWav("history.wav", SYNTHESISED["siren-sweep"]!);

/** Everything in one of the database's stores. */
async function kept<T = Kept>(page: Page, store: "events" | "clips" = "events"): Promise<T[]> {
  await historyOpened(page);
  return page.evaluate(
    (name) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open("sourcing-sound");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction(name).objectStore(name).getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
        };
      }),
    store,
  ) as Promise<T[]>;
}

/** Today at this hour, minute and second. */
const at = (hours: number, minutes = 0, seconds = 0) => new Date().setHours(hours, minutes, seconds, 0);
const event = (id: string, label: string, onset: number, more: Partial<Kept> = {}): Kept => ({
  id,
  label,
  model: "urban-v1",
  onset,
  offset: onset + 2500,
  open: 0,
  score: 0.75,
  hasClip: false,
  ...more,
});
const DAY = [
  event("a", "siren", at(0, 1)),
  event("b", "siren", at(0, 2)),
  event("c", "dog_bark", at(0, 3, 5)),
  event("d", "siren", at(1, 30)),
  event("e", 'bell, "=big"', at(1, 31)),
];

const rows = (site: Site) => site.page.getByTestId("history-rows").locator("li");
const show = async (site: Site) => {
  await site.page.getByTestId("tab-history").click();
  await expect(site.page.getByTestId("view-history")).toBeVisible();
};

/** Listens until the history holds an event. */
async function hearSomething(site: Site): Promise<void> {
  await site.expectState("idle");
  await site.startListening();
  await expect.poll(async () => (await kept(site.page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
}

async function download(site: Site, testid: string): Promise<string> {
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId(testid).click();
  return readFileSync(await (await begun).path(), "utf8");
}

async function seeded(open: (options?: object) => Promise<Site>): Promise<Site> {
  const site = await open();
  await site.expectState("idle");
  await seed(site.page, DAY);
  await show(site);
  await expect(rows(site)).toHaveCount(DAY.length);
  return site;
}

test("events are kept with label, time, length and confidence, and survive a reload", async ({ open }) => {
  const site = await open({ wav: siren() });
  const before = Date.now();
  await hearSomething(site);
  await expect.poll(async () => (await kept(site.page)).length).toBeGreaterThan(0);
  await site.listen.click();
  await site.expectState("idle");
  await expect.poll(async () => (await kept(site.page)).every(({ open }) => open === 0)).toBe(true);
  const [first] = await kept(site.page);
  expect(first!.onset).toBeGreaterThan(before - 1000);
  expect(first!.offset).toBeLessThan(Date.now() + 1000);
  expect(first!.offset).toBeGreaterThan(first!.onset);
  expect(first!.score).toBeGreaterThan(0.3);
  expect(first!.model).toBe("everyday");
  expect(await kept(site.page, "clips"), "no sound unless asked for").toEqual([]);
  await site.page.reload();
  await show(site);
  await expect(rows(site).first()).toContainText(/\d+%/);
  await expect(rows(site).and(site.page.locator(`[data-label="${first!.label}"]`)).first()).toBeVisible();
});

test("the labels that came next are kept with an event, shown below it, and saved as JSON", async ({ open }) => {
  const site = await open({ wav: siren() });
  await hearSomething(site);
  await site.listen.click();
  await site.expectState("idle");
  await expect.poll(async () => (await kept(site.page)).every(({ open }) => open === 0)).toBe(true);
  for (const { label, score, others } of await kept(site.page)) {
    const scores = others!.map((other) => other.score);
    expect(scores.length).toBeGreaterThan(0);
    expect(scores.length).toBeLessThanOrEqual(3);
    expect(scores, "best first").toEqual([...scores].sort((a, b) => b - a));
    expect(others!.map((other) => other.label)).not.toContain(label);
    expect(score).toBeLessThanOrEqual(1);
  }
  // An event of an earlier version has none.
  await seed(site.page, [event("known", "Dog", Date.now() - 1000, { others: [{ label: "Cat", score: 0.314 }, { label: "Bark", score: 0.05 }] }), event("old", "Bird", Date.now() - 900)]);
  await show(site);
  const row = (label: string) => rows(site).and(site.page.locator(`[data-label="${label}"]`));
  await expect(row("Dog")).toContainText("Also considered: Cat 31%, Bark 5%");
  await expect(row("Bird")).not.toContainText("Also considered");
  const saved = JSON.parse(await download(site, "history-json")) as { label: string; others: unknown }[];
  expect(saved.find(({ label }) => label === "Dog")!.others).toEqual([{ label: "Cat", score: 0.314 }, { label: "Bark", score: 0.05 }]);
  expect(saved.find(({ label }) => label === "Bird")!.others).toEqual([]);
});

test("an event cut off by a crash ends when it was last detected", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const onset = Date.now() - 600_000;
  await seed(site.page, [event("cut", "siren", onset, { open: 1, offset: onset + 9000 })]);
  await site.page.reload();
  await site.expectState("idle");
  expect(await kept(site.page)).toMatchObject([{ id: "cut", open: 0, offset: onset + 9000 }]);
});

test("a page that is closed during a sound keeps it in the history", async ({ open }) => {
  const site = await open({ wav: siren() });
  await hearSomething(site);
  await site.page.goto("about:blank");
  await site.page.goBack();
  await site.expectState("idle");
  expect((await kept(site.page)).length).toBeGreaterThan(0);
});

test("sound is kept if the user wants it: it can be played and saved, up to a limit", async ({ open }) => {
  const site = await open({ wav: siren() });
  await site.expectState("idle");
  await show(site);
  const box = site.page.getByTestId("keep-audio");
  await expect(box).not.toBeChecked();
  await expect(site.page.getByTestId("view-history")).toContainText("stays on this device");
  await box.check();
  await site.page.getByTestId("tab-listen").click();
  await hearSomething(site);
  await expect.poll(async () => (await kept(site.page, "clips")).length).toBeGreaterThan(0);
  await site.listen.click();
  await show(site);
  const row = rows(site).filter({ has: site.page.getByRole("button", { name: /^Save/ }) }).first();
  const begun = site.page.waitForEvent("download");
  await row.getByRole("button", { name: /^Save/ }).click();
  const wav = readFileSync(await (await begun).path());
  expect(wav.toString("latin1", 0, 4)).toBe("RIFF");
  const seconds = (wav.length - 44) / 2 / wav.readUInt32LE(24);
  expect(seconds).toBeGreaterThan(0.5);
  expect(seconds).toBeLessThanOrEqual(4);
  expect(new Int16Array(wav.buffer, wav.byteOffset + 44, 20_000).some((sample) => Math.abs(sample) > 1000)).toBe(true);
  await row.getByRole("button", { name: /^Play/ }).click();
  await expect(row.locator("[data-playing]")).toHaveCount(1);
  await expect(row.locator("[data-playing]")).toHaveCount(0, { timeout: 10_000 });
});

test("the button pressed last plays, even if an earlier one's sound is read later", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.page.getByTestId("tab-files").click();
  await classify(site, writeWav("minute.wav", { samples: new Float32Array(60 * 8000), sampleRate: 8000 }));
  await newest(site).locator("summary").click();
  const clip = { sampleRate: 16_000, value: 300, seconds: 30 };
  const events = ["siren", "dog_bark"].map((id, minute) => event(id, id, at(0, minute), { hasClip: true }));
  await seed(site.page, events, events.map(({ id, onset }) => ({ id, at: onset, ...clip })));
  await show(site);
  // Holds every answer to a read of one sound until it is let go.
  await site.page.evaluate(() => {
    const held: (() => void)[] = [];
    const read = IDBObjectStore.prototype.get;
    IDBObjectStore.prototype.get = function (key) {
      const request = read.call(this, key);
      const hold = (happened: Event) => {
        happened.stopImmediatePropagation();
        held.push(() => request.dispatchEvent(new Event("success")));
      };
      if (this.name === "clips") request.addEventListener("success", hold, { once: true });
      return request;
    };
    Object.assign(globalThis, { held });
  });
  const heldReads = () => site.page.evaluate(() => (globalThis as unknown as { held: unknown[] }).held.length);
  const letGo = (which: number) => site.page.evaluate((at) => (globalThis as unknown as { held: (() => void)[] }).held[at]!(), which);
  const [later, earlier] = [rows(site).nth(0), rows(site).nth(1)].map((row) => row.getByRole("button", { name: /^Play/ })) as [Locator, Locator];
  await earlier.click();
  await later.click();
  await expect.poll(heldReads).toBe(2);
  await letGo(1);
  await expect(later).toHaveAttribute("data-playing", "");
  await letGo(0);
  // A third sound, of a button that is pressed and pressed again, does not play either.
  await later.click();
  await expect(later).not.toHaveAttribute("data-playing", "");
  await earlier.click();
  await earlier.click();
  await expect.poll(heldReads).toBe(3);
  await letGo(2);
  await later.click();
  await expect.poll(heldReads).toBe(4);
  await letGo(3);
  await expect(later).toHaveAttribute("data-playing", "");
  await expect(earlier).not.toHaveAttribute("data-playing", "");
  // The same for a button of another view, after which the earlier one needs one press to play.
  await earlier.click();
  await expect.poll(heldReads).toBe(5);
  await site.page.getByTestId("tab-files").click();
  const ofFile = newest(site).getByRole("button", { name: /^Play/ }).first();
  await ofFile.click();
  await expect(ofFile).toHaveAttribute("data-playing", "");
  await letGo(4);
  await show(site);
  await earlier.click();
  await expect.poll(heldReads).toBe(6);
  await letGo(5);
  await expect(earlier).toHaveAttribute("data-playing", "");
});

test("the oldest kept sound is dropped first", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await seed(site.page, Array.from({ length: 60 }, (_, i) => event(`e${i}`, "siren", at(0, 0, i), { hasClip: true })));
  await site.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open("sourcing-sound");
        opening.onsuccess = () => {
          const change = opening.result.transaction("clips", "readwrite");
          for (let i = 0; i < 60; i += 1) {
            change.objectStore("clips").put({ id: `e${i}`, at: i, sampleRate: 8000, samples: new Int16Array(8).buffer });
          }
          change.oncomplete = () => resolve();
        };
      }),
  );
  await show(site);
  await site.page.getByTestId("max-clips").selectOption("50");
  await expect.poll(async () => (await kept(site.page, "clips")).length).toBe(50);
  const events = await kept(site.page);
  expect(events).toHaveLength(60);
  expect(events.filter(({ hasClip }) => !hasClip).map(({ id }) => Number(id.slice(1))).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 10 }, (_, i) => i),
  );
});

test("after the clock was set back, the newest sound is kept and the oldest dropped", async ({ open }) => {
  const settings = JSON.stringify({ keepAudio: true, maxClips: 1 });
  const site = await open({
    wav: siren(),
    prepare: (page) => page.addInitScript((kept) => localStorage.setItem("sourcing-sound.settings", kept), settings),
  });
  await site.expectState("idle");
  const tomorrow = Date.now() + 86_400_000;
  await seed(site.page, [event("before", "siren", at(0), { hasClip: true })], [{ id: "before", at: tomorrow, sampleRate: 8000, value: 1, seconds: 1 }]);
  await site.startListening();
  await expect.poll(async () => (await kept<{ id: string }>(site.page, "clips")).map(({ id }) => id), { timeout: 30_000 }).not.toContain("before");
  await expect.poll(async () => (await kept(site.page, "clips")).length).toBe(1);
});

test("a full disk: the event was saved without it, and the user is informed", async ({ open }) => {
  const site = await open({
    wav: siren(),
    prepare: (page) =>
      page.addInitScript(() => {
        localStorage.setItem("sourcing-sound.settings", JSON.stringify({ keepAudio: true }));
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
          if (this.name === "clips") throw new DOMException("full", "QuotaExceededError");
          return put.apply(this, args);
        };
      }),
  });
  await hearSomething(site);
  await expect(site.notice).toHaveAttribute("data-code", "storage");
  await expect(site.notice).toContainText("the event was saved without it");
  await site.expectState("listening");
  expect(await kept(site.page, "clips")).toEqual([]);
  expect((await kept(site.page)).every(({ hasClip }) => !hasClip)).toBe(true);
});

test("a browser without storage says so, and lists sounds until the page is closed", async ({ open }) => {
  const site = await open({
    wav: siren(),
    prepare: (page) =>
      page.addInitScript(() => {
        IDBFactory.prototype.open = () => {
          throw new DOMException("no", "SecurityError");
        };
      }),
  });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  await show(site);
  await expect(site.page.getByTestId("view-history")).toContainText("stores nothing for this page");
  await expect.poll(() => rows(site).count()).toBeGreaterThan(0);
});

test("the counts per hour are those of the events", async ({ open }) => {
  const site = await seeded(open);
  await expect(site.page.getByTestId("history-summary")).toHaveText("5 sounds of 3 kinds");
  const table = site.page.getByTestId("history-counts");
  await expect(table.locator("tr[data-label=siren] td")).toHaveText(["2", "1", "3"]);
  await expect(table.locator("tr[data-label=dog_bark] td")).toHaveText(["1", "", "1"]);
  await site.page.getByTestId("history-filter").selectOption("siren");
  await expect(rows(site)).toHaveCount(3);
  await site.page.getByTestId("history-filter").selectOption("");
  await site.page.getByTestId("history-zoom").selectOption(String(at(1)));
  await expect(rows(site)).toHaveCount(2);
  await site.page.getByTestId("history-previous").click();
  await expect(site.page.getByTestId("view-history")).toContainText("No sounds on this day.");
  await site.page.getByTestId("history-today").click();
  await expect(rows(site)).toHaveCount(5);
});

test("the history is saved as CSV, JSON and Audacity labels", async ({ open }) => {
  const site = await seeded(open);
  const csv = (await download(site, "history-csv")).trimEnd().split("\r\n");
  expect(csv[0]).toBe("\ufefffile,onset,offset,duration,label,score,model");
  expect(csv).toHaveLength(1 + DAY.length);
  expect(csv[1]).toBe(`,${new Date(DAY[0]!.onset).toISOString()},${new Date(DAY[0]!.offset).toISOString()},2.500,siren,0.7500,urban-v1`);
  expect(csv.at(-1)).toContain('"bell, ""=big"""');
  const json = JSON.parse(await download(site, "history-json")) as { label: string; onset: string; duration: number }[];
  expect(json.map(({ label }) => label)).toEqual(DAY.map(({ label }) => label));
  expect(json[0]).toMatchObject({ onset: new Date(DAY[0]!.onset).toISOString(), duration: 2.5, score: 0.75 });
  const labels = (await download(site, "history-audacity")).trimEnd().split("\n");
  expect(labels[0]).toBe("0.000000\t2.500000\tsiren");
  expect(labels[1]).toBe("60.000000\t62.500000\tsiren");
  await site.page.getByTestId("history-what").selectOption("all");
  expect(JSON.parse(await download(site, "history-json"))).toHaveLength(DAY.length);
});

test("one event can be deleted, and all of them after confirmation", async ({ open }) => {
  const site = await seeded(open);
  await site.page.getByRole("button", { name: /^Delete Dog bark/ }).click();
  await expect(rows(site)).toHaveCount(4);
  expect((await kept(site.page)).map(({ id }) => id)).toEqual(["a", "b", "d", "e"]);
  const all = site.page.getByTestId("history-remove-all");
  await all.click();
  await site.page.getByTestId("history-keep-all").click();
  expect(await kept(site.page)).toHaveLength(4);
  await all.focus();
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("history-keep-all"), "the harmless answer comes first").toBeFocused();
  await site.page.keyboard.press("Tab");
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("view-history")).toContainText("Sounds appear here as they are detected");
  expect(await kept(site.page)).toEqual([]);
});
