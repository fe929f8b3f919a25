// What happens to the page while it listens: the audio, a thread, the device, the storage, the clock or the page itself
// fails or is taken away. Listening continues, nothing that was kept is lost, and the user is informed.

import type { Page } from "@playwright/test";
import { answers, begun, begunEvents, comesAndGoes, listening, noteEvents } from "./support/faults";
import { stored } from "./support/history";
import { hostSite } from "./support/own-host";
import { expect, openSite, Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { trapOnDemand } from "./support/trap";
import { writeWav } from "./support/wav";

interface Spy {
  contexts: AudioContext[];
  /** How often the page tried to resume a context that could not be resumed. */
  refused: number;
}
declare const contexts: Spy["contexts"];

const contextCount = (site: Site) => site.page.evaluate(() => contexts.length);

test("an audio context that the system suspends is resumed", async ({ open }) => {
  const site = await listening(open);
  // The page may resume it at once, so what it shows until then is recorded, not polled.
  await site.notice.evaluate(async (notice) => {
    const shown = new Promise<void>((resolve) => {
      const look = () => notice.dataset["code"] === "interrupted" && resolve();
      new MutationObserver(look).observe(notice, { attributeFilter: ["data-code"] });
    });
    await contexts[0]!.suspend();
    await shown;
  });
  await answers(site);
  await expect(site.notice).toHaveAttribute("data-code", "");
  expect(await contextCount(site)).toBe(1);
  expect(await site.liveTracks()).toBe(1);
});

test("an audio context that the system interrupts continues when the system allows it", async ({ open }) => {
  const site = await listening(open);
  // As on a phone during a call: the state is one that only Apple's systems have, and resuming fails.
  await site.page.evaluate(async () => {
    const context = contexts[0]!;
    const spy = globalThis as unknown as Spy;
    spy.refused = 0;
    Object.defineProperty(context, "state", { configurable: true, get: () => "interrupted" });
    context.resume = async () => {
      spy.refused += 1;
      throw new DOMException("not now", "InvalidStateError");
    };
    await context.suspend();
  });
  await expect(site.notice).toHaveAttribute("data-code", "interrupted");
  await expect.poll(() => site.page.evaluate(() => (globalThis as unknown as Spy).refused), { timeout: 20_000 }).toBeGreaterThan(1);
  await site.expectState("listening");
  await site.page.evaluate(async () => {
    const context = contexts[0]!;
    Reflect.deleteProperty(context, "state");
    Reflect.deleteProperty(context, "resume");
    await context.resume();
  });
  await answers(site);
  await expect(site.notice).toHaveAttribute("data-code", "");
  expect(await contextCount(site)).toBe(1);
});

/** How long listening may take to resume. */
const RESUMED_MS = 2000;
/** The package waits between two starts of a worker, so that one that always crashes does not take up the whole machine. */
const APART_MS = 3500;

test("a worker that is ended from outside is detected and replaced; the history is kept and the gap is reported", async ({ open }) => {
  const site = await listening(open, {
    prepare: (page) =>
      page.addInitScript(() => {
        const frames: number[] = [];
        Object.assign(globalThis, { frames });
        const { Worker } = globalThis;
        globalThis.Worker = class extends Worker {
          constructor(...args: ConstructorParameters<typeof Worker>) {
            super(...args);
            this.addEventListener("message", ({ data }) => data.notice === "frame" && frames.push(performance.now()));
          }
        };
      }),
  });
  const openEvents = async () => (await stored(site.page)).events.filter((event) => event.open === 1);
  await expect.poll(async () => (await openEvents()).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = await openEvents();
  let endedAt = 0;
  const resumed: number[] = [];
  // A busy machine may start a worker late; one of three starts in time shows that nothing else waits.
  while (resumed.length < 3 && !resumed.some((ms) => ms <= RESUMED_MS)) {
    const [worker] = site.page.workers();
    const ended = worker!.waitForEvent("close");
    // No event reaches the page.
    await worker!.evaluate(() => self.close()).catch(() => undefined);
    await ended;
    const from = await site.page.evaluate(() => performance.now());
    endedAt = await site.page.evaluate(() => Date.now());
    await expect(site.notice).toContainText("crashed");
    await site.page.waitForFunction((from) => (globalThis as unknown as { frames: number[] }).frames.at(-1)! > from + 500, from);
    const at = await site.page.evaluate((from) => {
      const { frames } = globalThis as unknown as { frames: number[] };
      return frames.find((ms, i) => ms > from && ms - (frames[i - 1] ?? 0) > 100) ?? frames.find((ms) => ms > from)!;
    }, from);
    resumed.push(at - from);
    await site.page.waitForFunction((until) => performance.now() > until, from + APART_MS);
  }
  console.log(`listening resumed after ${resumed.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  expect(Math.min(...resumed)).toBeLessThanOrEqual(RESUMED_MS);
  expect(site.page.workers()).toHaveLength(1);
  await answers(site);
  await expect(site.notice).toContainText(/crashed and was started again: [\d.]+ s of sound was lost/);
  // All open events have ended, once, and the sound, which continues, is a separate event. Whether it has the same label again
  // is up to the model.
  const later = async () => (await stored(site.page)).events.filter(({ onset }) => onset > endedAt).length;
  await expect.poll(later, { timeout: 30_000 }).toBeGreaterThan(0);
  const { events } = await stored(site.page);
  for (const { id, label, onset } of before) {
    expect(events.find((event) => event.id === id)).toMatchObject({ label, onset, open: 0 });
  }
});

test("a trap in the wasm module is a coded error, and a new worker takes over", async ({ open }) => {
  const site = await listening(open, { prepare: trapOnDemand });
  const [worker] = site.page.workers();
  const ended = worker!.waitForEvent("close");
  await worker!.evaluate(() => void Object.assign(self, { trapNext: true }));
  await expect(site.notice).toHaveAttribute("data-code", "worker-crashed");
  await expect(site.notice).toHaveAttribute("title", /unreachable/);
  await ended;
  await answers(site);
  expect(site.page.workers()).toHaveLength(1);
  await expect(site.notice).toHaveAttribute("data-code", "");
});

test("a microphone that comes back with another sample rate names the sound as before", async ({ open }) => {
  const site = await listening(open, {
    prepare: (page) =>
      page.addInitScript(() => {
        const rates = [48_000, 16_000, 44_100];
        const { AudioContext } = globalThis;
        globalThis.AudioContext = class extends AudioContext {
          constructor(options?: AudioContextOptions) {
            super({ ...options, sampleRate: rates.shift()! });
          }
        };
      }),
  });
  const rate = () => site.page.evaluate(() => contexts.at(-1)!.sampleRate);
  await expect(site.label).toHaveAttribute("data-label", /siren/i, { timeout: 20_000 });
  for (const hz of [16_000, 44_100]) {
    await site.unplug();
    await site.expectState("waiting");
    await site.plugIn();
    await site.expectState("listening");
    expect(await rate()).toBe(hz);
    await answers(site);
    await expect(site.label, `the label at ${hz} Hz`).toHaveAttribute("data-label", /siren/i, { timeout: 20_000 });
  }
  await site.listen.click();
  await site.expectState("idle");
  await expect.poll(async () => (await stored(site.page)).events.some(({ open }) => open === 1)).toBe(false);
  for (const { onset, offset } of (await stored(site.page)).events) expect(offset).toBeGreaterThanOrEqual(onset);
});

test("a new version that is published while the page listens waits, and listening continues", async () => {
  const host = await hostSite();
  try {
    const wav = writeWav("faults-update.wav", SYNTHESISED["siren-sweep"]!);
    const { site, finish } = await openSite(host.url, { serviceWorkers: "allow", wav });
    const { page } = site;
    await site.expectState("idle");
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await site.expectState("idle");
    await site.startListening();
    await answers(site);
    const title = await page.title();
    host.publish("The next version");
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await expect(page.getByTestId("prompt")).toHaveAttribute("data-state", "offer");
    await answers(site);
    await site.expectState("listening");
    expect(await page.title()).toBe(title);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.state)).toBe("installed");
    expect(await contextCount(site)).toBe(1);
    await finish();
  } finally {
    host.stop();
  }
});

test("the hourly check for a new version disturbs nothing when the host is broken or down", async () => {
  const host = await hostSite();
  try {
    const prepare = (page: Page) =>
      page.addInitScript(() => {
        const { setInterval } = globalThis;
        const spy = (handler: TimerHandler, ms?: number, ...rest: unknown[]) => {
          if (ms === 3_600_000) Object.assign(globalThis, { hourly: handler });
          return setInterval(handler, ms, ...rest);
        };
        Object.assign(globalThis, { setInterval: spy });
      });
    const wav = writeWav("faults-hourly.wav", SYNTHESISED["siren-sweep"]!);
    // The browser logs a script that it could not fetch.
    const expectedErrors = /sw\.js|Failed to load resource|ERR_CONNECTION/;
    const { site, finish } = await openSite(host.url, { serviceWorkers: "allow", wav, prepare, expectedErrors });
    const { page } = site;
    await site.expectState("idle");
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await site.expectState("idle");
    await site.startListening();
    await answers(site);
    await page.waitForFunction(() => "hourly" in globalThis);
    const look = () => page.evaluate(() => (globalThis as unknown as { hourly: () => void }).hourly());
    const goesOn = async () => {
      await answers(site);
      await site.expectState("listening");
      await expect(site.notice).toHaveAttribute("data-code", "");
      await expect(page.getByTestId("prompt")).toHaveAttribute("data-state", "none");
    };
    const portal = "<!doctype html><title>Sign in to this network</title>";
    for (const answer of [{ status: 500 }, { status: 404 }, { status: 200, page: portal }]) {
      host.answerWorker(answer);
      const before = host.workerAsked();
      await look();
      await expect.poll(() => host.workerAsked(), `asked, and answered ${answer.status}`).toBeGreaterThan(before);
      await goesOn();
    }
    // A version published after that is found as usual.
    host.answerWorker(undefined);
    host.publish("The next version");
    await look();
    await expect(page.getByTestId("prompt")).toHaveAttribute("data-state", "offer");
    await page.getByTestId("prompt-later").click();
    await expect(page.getByTestId("app")).toBeFocused();
    host.stop();
    await look();
    await goesOn();
    await finish();
  } finally {
    host.stop();
  }
});

const CLEARED = [
  {
    how: "the database is deleted",
    clear: (site: Site) =>
      site.page.evaluate(
        () =>
          new Promise<void>((resolve, reject) => {
            const deleting = indexedDB.deleteDatabase("sourcing-sound");
            deleting.onsuccess = () => resolve();
            deleting.onerror = () => reject(deleting.error);
          }),
      ),
  },
  {
    how: "the user clears the page's data",
    clear: async (site: Site) => {
      const session = await site.page.context().newCDPSession(site.page);
      await session.send("Storage.clearDataForOrigin", { origin: new URL(site.page.url()).origin, storageTypes: "all" });
    },
  },
];
for (const { how, clear } of CLEARED) {
  test(`${how} while the page listens: the user is informed, and new sounds are kept`, async ({ open }) => {
    const site = await listening(open, { wav: comesAndGoes(), prepare: noteEvents });
    await expect.poll(async () => (await begunEvents(site.page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
    await clear(site);
    await expect(site.notice).toHaveAttribute("data-code", "storage");
    await expect(site.notice).toContainText("New sounds are kept again");
    // One that began just before the data was cleared is gone.
    const before = await begun(site.page);
    await expect.poll(async () => (await begun(site.page)).length, { timeout: 30_000 }).toBeGreaterThan(before.length);
    await site.expectState("listening");
    await answers(site);
    const fresh = (await begun(site.page)).filter((id) => !before.includes(id));
    // One that has just begun is still being written.
    const kept = async () => (await stored(site.page)).events.map(({ id }) => id);
    await expect.poll(kept, "every event after that").toEqual(expect.arrayContaining(fresh));
    await site.goTo("history");
    await expect(site.page.getByTestId("history-rows").locator("li").first()).toBeVisible();
    await expect(site.page.getByTestId("view-history")).toContainText("New sounds are kept again");
  });
}

test("two tabs that listen at once have one history, and no event is lost", async ({ open, baseURL }) => {
  const site = await open({ wav: comesAndGoes(), prepare: (page) => noteEvents(page) });
  const page = await site.page.context().newPage();
  const thrown: string[] = [];
  page.on("pageerror", ({ message }) => thrown.push(message));
  await noteEvents(page);
  await page.goto(baseURL!);
  const other = new Site(page);
  const both = [site, other];
  for (const one of both) {
    await one.expectState("idle");
    await one.startListening();
  }
  for (const one of both) {
    await expect.poll(async () => (await begun(one.page)).length, { timeout: 40_000 }).toBeGreaterThan(1);
  }
  for (const one of both) {
    await one.listen.click();
    await one.expectState("idle");
  }
  const ids = (await Promise.all(both.map((one) => begun(one.page)))).flat();
  await expect.poll(async () => (await stored(site.page)).events.every(({ open }) => open === 0)).toBe(true);
  const { events } = await stored(site.page);
  expect(events.map(({ id }) => id).sort()).toEqual(ids.sort());
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator("li")).toHaveCount(ids.length);
  expect(thrown).toEqual([]);
});

test("a clock that is set back while the page listens changes neither the order of events nor their durations", async ({ open }) => {
  const site = await listening(open, { wav: comesAndGoes(), prepare: noteEvents });
  const { page } = site;
  await expect.poll(async () => (await begun(page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    return now();
  });
  await expect.poll(async () => (await begun(page)).length, { timeout: 60_000 }).toBeGreaterThan(2);
  await site.listen.click();
  await site.expectState("idle");
  await expect.poll(async () => (await stored(page)).events.every(({ open }) => open === 0)).toBe(true);
  const events = await begunEvents(page);
  const longest = await page.evaluate((before) => Date.now() + 3_600_000 - before, before);
  for (const [i, { onset, offset }] of events.entries()) {
    expect(offset - onset, "duration in ms").toBeGreaterThan(0);
    expect(offset - onset, "duration in ms").toBeLessThan(longest + 30_000);
    expect(onset, "an event begins after the one before").toBeGreaterThanOrEqual(events[i - 1]?.onset ?? 0);
    expect(onset, "ms since 1970").toBeGreaterThan(before - 60_000);
  }
});

test("a page that the browser brings back works", async ({ open }) => {
  const site = await open({ wav: comesAndGoes(), backForwardCache: true, expectedErrors: /favicon|404/ });
  const { page } = site;
  await site.expectState("idle");
  // While it rests, and while it listens.
  for (const listens of [false, true]) {
    if (listens) {
      await site.startListening();
      await answers(site);
      // A label is shown before its event begins.
      await expect.poll(async () => (await stored(page)).events.length, { timeout: 20_000 }).toBeGreaterThan(0);
    }
    await page.evaluate(() => void Object.assign(globalThis, { sameDocument: true }));
    await page.goto(new URL("icon.svg", page.url()).href);
    // A page that is restored does not load.
    await page.goBack({ waitUntil: "commit" });
    const restored = await page.evaluate(() => "sameDocument" in globalThis);
    console.log(`a page that ${listens ? "listens" : "rests"} is ${restored ? "restored" : "loaded again"}`);
    // What the browser does with a page that listens is up to the browser.
    if (!listens) expect(restored, "a page that rests is restored").toBe(true);
    if (!restored) await site.expectState("idle");
    if ((await site.app.getAttribute("data-state")) === "idle") await site.startListening();
    await answers(site);
    await site.listen.click();
    await site.expectState("idle");
    expect(await site.liveTracks()).toBe(0);
  }
  // Events that were open when the page was left end when they were last detected, which the history shows within a minute.
  const { events } = await stored(page);
  expect(events.length).toBeGreaterThan(0);
  for (const { onset, offset } of events) expect(offset).toBeGreaterThanOrEqual(onset);
});
