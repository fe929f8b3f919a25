// The page listens for an hour to recordings, with history and sounds kept: visible in the first half, hidden in the second. It
// must not stop, report lost sound, or grow. Without the recordings it listens to synthesised sounds. Takes as long as it says,
// so it is not one of the tests.

import { basename } from "node:path";
import { decode, KEPT_HZ } from "./support/decode";
import { dataPath } from "./support/environment";
import { chooseEveryday, trackOf } from "./support/everyday-recordings";
import { historyOpened, showHistory, stored } from "./support/history";
import { expect, openSite, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const MINUTES = Number(process.env["MINUTES"] ?? 60);
/** Until every view, list and cache has what it keeps. */
const WARM_UP_MINUTES = Math.min(10, MINUTES / 4);
const MOST_GROWTH_BYTES = 2 * 1024 * 1024;

interface Measured {
  minute: number;
  heapBytes: number;
  nodes: number;
  listeners: number;
  events: number;
  clips: number;
}

/** A few minutes of sound, which the microphone repeats. */
async function sounds(site: Site): Promise<Parameters<typeof trackOf>[0]> {
  const chosen = chooseEveryday(dataPath);
  if (chosen.length === 0) {
    console.log(`there are no recordings in ${dataPath}: synthesised sounds are played`);
    return Object.entries(SYNTHESISED).map(([name, sound]) => ({ kind: name, name, sound }));
  }
  const recordings = [];
  for (const { kind, path } of chosen) {
    recordings.push({ kind, name: basename(path), sound: await decode(site.page, path) });
  }
  return recordings;
}

async function measure(site: Site, minute: number): Promise<Measured> {
  const session = await site.page.context().newCDPSession(site.page);
  await session.send("Performance.enable");
  // Twice: objects held only by finalisers go with the second collection.
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  const { events, clips } = await stored(site.page);
  return {
    minute,
    heapBytes: metric("JSHeapUsedSize"),
    nodes: metric("Nodes"),
    listeners: metric("JSEventListeners"),
    events: events.length,
    clips: clips.length,
  };
}

const setVisible = (site: Site, visible: boolean) =>
  site.page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    Object.defineProperty(document, "hidden", { value: value === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visible ? "visible" : "hidden");

test(`${MINUTES} minutes of listening`, async ({ baseURL, open }) => {
  const first = await openSite(baseURL!);
  const track = trackOf(await sounds(first.site), 4, 1.5);
  await first.finish();
  console.log(`${track.parts.length} recordings in ${(track.sound.samples.length / KEPT_HZ).toFixed(0)} s, over and over`);

  const site = await open({ wav: writeWav("soak.wav", track.sound) });
  await site.expectState("idle");
  await showHistory(site.page);
  await site.page.getByTestId("keep-audio").check();
  await site.goTo("listen");
  await site.startListening();
  await historyOpened(site.page);
  const measured: Measured[] = [];
  // Their text even while a remark on the level hides the line.
  const notices = new Set<string>();
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    // How long the page listens is what this measures; there is no state to wait for.
    await site.page.waitForTimeout(60_000);
    if (minute === Math.ceil(MINUTES / 2)) await setVisible(site, false);
    await site.expectState("listening");
    notices.add((await site.notice.textContent()) ?? "");
    measured.push(await measure(site, minute));
    const { heapBytes, nodes, listeners, events, clips } = measured.at(-1)!;
    const megabytes = (heapBytes / 1e6).toFixed(2);
    console.log(`${minute} min: heap ${megabytes} MB, ${nodes} nodes, ${listeners} listeners, ${events} events, ${clips} sounds`);
  }
  await setVisible(site, true);
  notices.add((await site.notice.textContent()) ?? "");
  await showHistory(site.page);
  await expect(site.page.getByTestId("view-history").locator("[data-testid=history-rows] [data-id]").first()).toBeVisible();

  const warm = measured.filter(({ minute }) => minute >= WARM_UP_MINUTES);
  const growth = warm.at(-1)!.heapBytes - warm[0]!.heapBytes;
  console.log(`the heap has grown by ${(growth / 1e6).toFixed(2)} MB since minute ${warm[0]!.minute}`);
  expect([...notices], "no sound was lost").toEqual(["Sound never leaves this device."]);
  expect(growth).toBeLessThanOrEqual(MOST_GROWTH_BYTES);
  expect(warm.at(-1)!.events, "events go on").toBeGreaterThan(warm[0]!.events);
  expect(warm.at(-1)!.clips).toBeGreaterThan(0);
});
