// The history in IndexedDB, kept in sync with the page's other windows.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Recording } from "sourcing-sound";
import { type HistoryClip, type HistoryEvent, type HistoryStore, MemoryStore } from "./store.js";

const NAME = "sourcing-sound";
const VERSION = 1;
/** An open event is written every few seconds; one older than this was cut off by a crash. */
const STALE_MS = 60_000;
/** How many of the oldest clips are deleted to make room when the disk is full. */
const ROOM = 5;
/** How long to wait for a database that another window blocks. */
const OPEN_MS = 5000;

interface Schema extends DBSchema {
  events: { key: string; value: HistoryEvent; indexes: { onset: number; open: number } };
  clips: { key: string; value: HistoryClip; indexes: { at: number } };
}

/** The stored history, or one in memory if the browser provides no database. */
export async function openHistory(): Promise<HistoryStore> {
  try {
    const opening = openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        const events = database.createObjectStore("events", { keyPath: "id" });
        events.createIndex("onset", "onset");
        events.createIndex("open", "open");
        database.createObjectStore("clips", { keyPath: "id" }).createIndex("at", "at");
      },
      // A newer version of the page in another window must not wait for this one.
      blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    });
    const store = new DatabaseHistory(await within(OPEN_MS, opening));
    await store.closeStale(Date.now());
    // A recent open event may belong to another window that is still listening: after this time it cannot.
    setTimeout(() => void store.closeStale(Date.now()).catch(() => undefined), STALE_MS);
    return store;
  } catch {
    return new MemoryStore();
  }
}

/** A database that opens too late is closed again: the page has gone on without it. */
async function within(ms: number, opening: Promise<IDBPDatabase<Schema>>): Promise<IDBPDatabase<Schema>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  const database = await Promise.race([opening, late]);
  clearTimeout(timer);
  if (database) return database;
  void opening.then((opened) => opened.close()).catch(() => undefined);
  throw new Error(`the database did not open within ${ms} ms`);
}

class DatabaseHistory implements HistoryStore {
  readonly lasting = true;
  readonly #database: IDBPDatabase<Schema>;
  readonly #others = new BroadcastChannel("sourcing-sound-history");
  onchange = () => {};

  constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
    this.#others.onmessage = () => this.onchange();
  }

  async put(event: HistoryEvent): Promise<void> {
    await this.#withRoom(() => this.#database.put("events", event));
    this.#changed();
  }

  async update(event: HistoryEvent): Promise<void> {
    const known = await this.#withRoom(() => this.#change(event.id, ({ hasClip }) => ({ ...event, hasClip })));
    if (known) this.#changed();
  }

  async putClip(id: string, { pcm, sampleRate }: Recording): Promise<"kept" | "full"> {
    // The event was deleted in the meantime, so its sound is not needed.
    if (!(await this.#database.getKey("events", id))) return "kept";
    const samples = Int16Array.from(pcm, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767)).buffer;
    const clip = { id, at: Date.now(), sampleRate, samples };
    try {
      await this.#database.put("clips", clip);
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown;
      await this.#dropOldest(ROOM);
      try {
        await this.#database.put("clips", clip);
      } catch {
        return "full";
      }
    }
    await this.#change(id, (event) => ({ ...event, hasClip: true }));
    this.#changed();
    return "kept";
  }

  async limitClips(most: number): Promise<void> {
    const over = (await this.#database.count("clips")) - most;
    if (over > 0 && (await this.#dropOldest(over))) this.#changed();
  }

  async clip(id: string): Promise<Recording | undefined> {
    const clip = await this.#database.get("clips", id);
    return clip && { pcm: Float32Array.from(new Int16Array(clip.samples), (s) => s / 32767), sampleRate: clip.sampleRate };
  }

  async between(from: number, to: number): Promise<HistoryEvent[]> {
    return this.#database.getAllFromIndex("events", "onset", IDBKeyRange.bound(from, to, false, true));
  }

  async remove(id: string): Promise<void> {
    const change = this.#database.transaction(["events", "clips"], "readwrite");
    await Promise.all([change.objectStore("events").delete(id), change.objectStore("clips").delete(id), change.done]);
    this.#changed();
  }

  async removeAll(): Promise<void> {
    const change = this.#database.transaction(["events", "clips"], "readwrite");
    await Promise.all([change.objectStore("events").clear(), change.objectStore("clips").clear(), change.done]);
    this.#changed();
  }

  /** Ends events that a crashed page left open, at the time when they were last detected. */
  async closeStale(now: number): Promise<void> {
    const open = await this.#database.getAllFromIndex("events", "open", 1);
    const stale = open.filter(({ offset }) => now - offset > STALE_MS);
    for (const { id } of stale) await this.#change(id, (event) => ({ ...event, open: 0 }));
    if (stale.length > 0) this.#changed();
  }

  /** Whether there was something to delete. */
  async #dropOldest(count: number): Promise<boolean> {
    const ids = await this.#database.getAllKeysFromIndex("clips", "at", undefined, count);
    for (const id of ids) {
      await this.#database.delete("clips", id);
      await this.#change(id, (event) => ({ ...event, hasClip: false }));
    }
    return ids.length > 0;
  }

  /** False if the event no longer exists. */
  async #change(id: string, changed: (event: HistoryEvent) => HistoryEvent): Promise<boolean> {
    const change = this.#database.transaction("events", "readwrite");
    const event = await change.store.get(id);
    if (event) await change.store.put(changed(event));
    await change.done;
    return event !== undefined;
  }

  /** Deletes the oldest clips when there is no room: an event is worth more. */
  async #withRoom<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (thrown) {
      if (!isFull(thrown) || !(await this.#dropOldest(ROOM))) throw thrown;
      return write();
    }
  }

  #changed(): void {
    this.onchange();
    this.#others.postMessage("changed");
  }
}

function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}
