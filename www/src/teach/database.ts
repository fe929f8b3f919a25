// What the user has taught, in IndexedDB: a separate database, so that the history can be deleted without it.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Bundle, KeptExample, KeptLabel, KeptReport, KeptSound } from "./kept.js";

const NAME = "sourcing-sound-taught";
const VERSION = 1;
/** How long to wait for a database that another window blocks. */
const OPEN_MS = 5000;

interface Schema extends DBSchema {
  labels: { key: string; value: KeptLabel };
  examples: { key: string; value: KeptExample };
  sounds: { key: string; value: KeptSound };
  /** One entry. */
  reports: { key: string; value: KeptReport };
}

const ALL = ["labels", "examples", "sounds", "reports"] as const;
const REPORT = "latest";

export class TaughtDatabase {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** `undefined` if the browser provides no database. */
  static async open(): Promise<TaughtDatabase | undefined> {
    try {
      const opening = openDB<Schema>(NAME, VERSION, {
        upgrade(database) {
          database.createObjectStore("labels", { keyPath: "label" });
          database.createObjectStore("examples", { keyPath: "id" });
          database.createObjectStore("sounds", { keyPath: "id" });
          database.createObjectStore("reports");
        },
        // A newer version of the page in another window must not wait for this one.
        blocking: (_, __, event) => (event.target as IDBDatabase).close(),
      });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), OPEN_MS)));
      const database = await Promise.race([opening, late]);
      clearTimeout(timer);
      if (database) return new TaughtDatabase(database);
      void opening.then((opened) => opened.close()).catch(() => undefined);
    } catch {
      // Works as without a database.
    }
    return undefined;
  }

  /** All but the sounds, in the order in which they were added. */
  async all(): Promise<{ labels: KeptLabel[]; examples: KeptExample[] }> {
    const [labels, examples] = await Promise.all([this.#database.getAll("labels"), this.#database.getAll("examples")]);
    const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at;
    return { labels: labels.sort(byTime), examples: examples.sort(byTime) };
  }

  /** All or nothing. */
  async put({ labels, examples, sounds }: Bundle): Promise<void> {
    const change = this.#database.transaction(ALL, "readwrite");
    const writes = [
      ...labels.map((label) => change.objectStore("labels").put(label)),
      ...examples.map((example) => change.objectStore("examples").put(example)),
      ...sounds.map((sound) => change.objectStore("sounds").put(sound)),
    ];
    await Promise.all([...writes, change.done]);
  }

  async remove(labels: readonly string[], examples: readonly string[]): Promise<void> {
    const change = this.#database.transaction(ALL, "readwrite");
    const deletions = [
      ...labels.map((label) => change.objectStore("labels").delete(label)),
      ...examples.flatMap((id) => [change.objectStore("examples").delete(id), change.objectStore("sounds").delete(id)]),
    ];
    await Promise.all([...deletions, change.done]);
  }

  async removeAll(): Promise<void> {
    const change = this.#database.transaction(ALL, "readwrite");
    await Promise.all([...ALL.map((name) => change.objectStore(name).clear()), change.done]);
  }

  sound(id: string): Promise<KeptSound | undefined> {
    return this.#database.get("sounds", id);
  }

  report(): Promise<KeptReport | undefined> {
    return this.#database.get("reports", REPORT);
  }

  /** `undefined` deletes it. */
  async putReport(report: KeptReport | undefined): Promise<void> {
    if (report) await this.#database.put("reports", report, REPORT);
    else await this.#database.delete("reports", REPORT);
  }
}

export function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}
