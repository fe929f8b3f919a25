// Direct access to the history's database in the browser, next to the page that uses it.

import { expect, type Page } from "@playwright/test";

export interface StoredEvent {
  id: string;
  label: string;
  model: string;
  onset: number;
  offset: number;
  open: 0 | 1;
  score: number;
  others?: { label: string; score: number }[];
  hasClip: boolean;
}

export interface StoredClip {
  id: string;
  at: number;
  sampleRate: number;
  /** Samples of 16 bits, all of this value. */
  value: number;
  seconds: number;
}

const HOUR = 3_600_000;

/** An event of today: it began `hour` hours after midnight and lasts `seconds`. */
export function eventAt(hour: number, label: string, more: Partial<StoredEvent> & { seconds?: number } = {}): StoredEvent {
  const { seconds = 2, ...rest } = more;
  const onset = new Date().setHours(0, 0, 0, 0) + hour * HOUR;
  const id = `${label}-${hour}`;
  return { id, label, model: "test", onset, offset: onset + seconds * 1000, open: 0, score: 0.8, hasClip: false, ...rest };
}

/** Waits until the page has opened the database: opened by a test first, it would be empty for good. */
export async function historyOpened(page: Page): Promise<void> {
  await page.getByTestId("view-history").locator("h2").waitFor({ state: "attached" });
}

/** Writes into the database and tells the page, as another window of it does. */
export async function seed(page: Page, events: readonly StoredEvent[], clips: readonly StoredClip[] = []): Promise<void> {
  await historyOpened(page);
  await page.evaluate(
    async ({ events, clips }) => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open("sourcing-sound");
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      const change = database.transaction(["events", "clips"], "readwrite");
      for (const event of events) change.objectStore("events").put(event);
      for (const { id, at, sampleRate, value, seconds } of clips) {
        const samples = new Int16Array(sampleRate * seconds).fill(value).buffer;
        change.objectStore("clips").put({ id, at, sampleRate, samples });
      }
      await new Promise<void>((resolve, reject) => {
        change.oncomplete = () => resolve();
        change.onabort = () => reject(change.error);
      });
      database.close();
      const channel = new BroadcastChannel("sourcing-sound-history");
      channel.postMessage("changed");
      channel.close();
    },
    { events, clips },
  );
}

export interface Stored {
  /** Ordered by start. */
  events: StoredEvent[];
  /** Ids of the events whose sound is kept, oldest first, and how long it is. */
  clips: string[];
  seconds: number[];
}

/** The content of the database. */
export async function stored(page: Page): Promise<Stored> {
  await historyOpened(page);
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await answer(indexedDB.open("sourcing-sound"));
    const reading = database.transaction(["events", "clips"]);
    const events = await answer(reading.objectStore("events").index("onset").getAll());
    const kept = await answer(reading.objectStore("clips").index("at").getAll());
    database.close();
    const clips = kept.map(({ id }) => String(id));
    return { events, clips, seconds: kept.map(({ samples, sampleRate }) => samples.byteLength / 2 / sampleRate) };
  });
}

export async function showHistory(page: Page): Promise<void> {
  await page.getByTestId("tab-history").click();
  await expect(page.getByTestId("view-history")).toBeVisible();
}
