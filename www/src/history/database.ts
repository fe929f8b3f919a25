// The history in IndexedDB, kept in sync with the page's other windows.

import type { Recording } from "sourcing-sound";
import type { IDBPObjectStore } from "idb";
import { Connection, type Schema } from "./connection.js";
import { type HistoryClip, type HistoryEvent, type HistoryStore, MemoryStore } from "./store.js";

/** An open event is written every few seconds; one older than this was cut off by a crash. */
const STALE_MS = 60_000;
/** How many of the oldest clips are deleted to make room when the disk is full. */
const ROOM = 5;

/** The stored history, or one in memory if the browser provides no database. */
export async function openHistory(): Promise<HistoryStore> {
  try {
    const store = new DatabaseHistory(await Connection.open());
    await store.closeStale(Date.now());
    // A recent open event may belong to another window that is still listening: after this time it cannot.
    setTimeout(() => void store.closeStale(Date.now()).catch(() => undefined), STALE_MS);
    return store;
  } catch {
    return new MemoryStore();
  }
}

class DatabaseHistory implements HistoryStore {
  readonly lasting = true;
  readonly #connection: Connection;
  readonly #others = new BroadcastChannel("sourcing-sound-history");
  onchange = () => {};
  onlost = () => {};

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onlost = () => {
      this.onlost();
      this.onchange();
    };
    this.#others.onmessage = () => this.onchange();
  }

  async put(event: HistoryEvent): Promise<void> {
    await this.#withRoom(() => this.#connection.use((database) => database.put("events", event)));
    this.#changed();
  }

  async update(event: HistoryEvent): Promise<void> {
    const known = await this.#withRoom(() => this.#change(event.id, ({ hasClip }) => ({ ...event, hasClip })));
    if (known) this.#changed();
  }

  async putClip(id: string, { pcm, sampleRate }: Recording): Promise<"kept" | "full"> {
    const samples = Int16Array.from(pcm, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767)).buffer;
    try {
      if (await this.#withRoom(() => this.#writeClip({ id, sampleRate, samples }))) this.#changed();
      return "kept";
    } catch (thrown) {
      if (isFull(thrown)) return "full";
      throw thrown;
    }
  }

  /** False if the event was deleted in the meantime: its sound is not needed. */
  #writeClip(clip: Omit<HistoryClip, "at">): Promise<boolean> {
    return this.#connection.use(async (database) => {
      const change = database.transaction(["events", "clips"], "readwrite");
      const [events, clips] = [change.objectStore("events"), change.objectStore("clips")];
      const write = async (): Promise<boolean> => {
        const [event, newest] = await Promise.all([events.get(clip.id), clips.index("at").openKeyCursor(null, "prev")]);
        // After the clock was set back, it is still the newest.
        const at = Math.max(Date.now(), (newest?.key ?? 0) + 1);
        if (event) await Promise.all([clips.put({ ...clip, at }), events.put({ ...event, hasClip: true })]);
        return event !== undefined;
      };
      return both(write(), change.done);
    });
  }

  async limitClips(most: number): Promise<void> {
    const over = (await this.#read("clips", (clips) => clips.count())) - most;
    if (over > 0 && (await this.#dropOldest(over))) this.#changed();
  }

  async clip(id: string): Promise<Recording | undefined> {
    const clip = await this.#read("clips", (clips) => clips.get(id));
    return clip && { pcm: Float32Array.from(new Int16Array(clip.samples), (s) => s / 32767), sampleRate: clip.sampleRate };
  }

  async between(from: number, to: number): Promise<HistoryEvent[]> {
    const range = IDBKeyRange.bound(from, to, false, true);
    return this.#read("events", (events) => events.index("onset").getAll(range));
  }

  async remove(id: string): Promise<void> {
    await this.#connection.use((database) => {
      const change = database.transaction(["events", "clips"], "readwrite");
      return Promise.all([change.objectStore("events").delete(id), change.objectStore("clips").delete(id), change.done]);
    });
    this.#changed();
  }

  async removeAll(): Promise<void> {
    await this.#connection.use((database) => {
      const change = database.transaction(["events", "clips"], "readwrite");
      return Promise.all([change.objectStore("events").clear(), change.objectStore("clips").clear(), change.done]);
    });
    this.#changed();
  }

  /** Ends events that a crashed page left open, at the time when they were last detected. */
  async closeStale(now: number): Promise<void> {
    const open = await this.#read("events", (events) => events.index("open").getAll(1));
    const stale = open.filter(({ offset }) => now - offset > STALE_MS);
    for (const { id } of stale) await this.#change(id, (event) => ({ ...event, open: 0 }));
    if (stale.length > 0) this.#changed();
  }

  /** Reads in a transaction; with idb's own shortcuts, the rejection of an aborted one would be unhandled. */
  #read<N extends "events" | "clips", T>(name: N, request: (store: IDBPObjectStore<Schema, [N], N>) => Promise<T>): Promise<T> {
    return this.#connection.use((database) => {
      const { store, done } = database.transaction(name);
      return both(request(store), done);
    });
  }

  /** Whether there was something to delete. */
  async #dropOldest(count: number): Promise<boolean> {
    const ids = await this.#read("clips", (clips) => clips.index("at").getAllKeys(undefined, count));
    for (const id of ids) {
      await this.#connection.use((database) => database.delete("clips", id));
      await this.#change(id, (event) => ({ ...event, hasClip: false }));
    }
    return ids.length > 0;
  }

  /** False if the event no longer exists. */
  async #change(id: string, changed: (event: HistoryEvent) => HistoryEvent): Promise<boolean> {
    return this.#connection.use(async (database) => {
      const change = database.transaction("events", "readwrite");
      const write = async (): Promise<boolean> => {
        const event = await change.store.get(id);
        if (event) await change.store.put(changed(event));
        return event !== undefined;
      };
      return both(write(), change.done);
    });
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

/** The result of a transaction's requests once it is done. If it is aborted, both reject, and neither may be left unhandled. */
async function both<T>(requests: Promise<T>, done: Promise<void>): Promise<T> {
  const [result] = await Promise.all([requests, done]);
  return result;
}

function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}
