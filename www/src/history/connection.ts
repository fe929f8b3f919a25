// The connection to the history's database. A browser closes it when the user clears the page's data; it is then opened
// again, empty.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { HistoryClip, HistoryEvent } from "./store.js";

const NAME = "sourcing-sound";
const VERSION = 1;
/** How long to wait for a database that another window blocks. */
const OPEN_MS = 5000;
/** How long after an abort a database may be reported as closed. */
const CLOSING_MS = 500;
const MOST_TRIES = 3;

export interface Schema extends DBSchema {
  events: { key: string; value: HistoryEvent; indexes: { onset: number; open: number } };
  clips: { key: string; value: HistoryClip; indexes: { at: number } };
}

export type Database = IDBPDatabase<Schema>;

export class Connection {
  #database: Promise<Database>;
  #lost = false;
  /** Called when the browser has closed the database, with all that was in it. */
  onlost = () => {};

  private constructor(database: Database) {
    this.#database = Promise.resolve(database);
  }

  /** Rejects if the browser provides no database. */
  static async open(): Promise<Connection> {
    let connection: Connection | undefined;
    const database = await openDatabase(() => {
      if (connection) connection.#lose();
    });
    return (connection = new Connection(database));
  }

  /** Runs `work`, again if the database was lost in the meantime: clearing may close the new one, too. */
  async use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const opened = this.#opened();
      try {
        return await work(await opened);
      } catch (thrown) {
        const isLost = () => this.#lost || this.#database !== opened;
        // Browsers may abort transactions before they report that the database is closed.
        if (!isLost() && thrown instanceof DOMException && thrown.name === "AbortError") {
          await new Promise((resolve) => setTimeout(resolve, CLOSING_MS));
        }
        if (!isLost() || tries === MOST_TRIES) throw thrown;
      }
    }
  }

  #opened(): Promise<Database> {
    if (this.#lost) {
      this.#lost = false;
      this.#database = openDatabase(() => this.#lose());
      // The next use tries again.
      this.#database.catch(() => (this.#lost = true));
    }
    return this.#database;
  }

  #lose(): void {
    this.#lost = true;
    this.onlost();
  }
}

/** `lost` is called when the browser closes the database, or deletes it. */
async function openDatabase(lost: () => void): Promise<Database> {
  const opening = openDB<Schema>(NAME, VERSION, {
    upgrade(database) {
      const events = database.createObjectStore("events", { keyPath: "id" });
      events.createIndex("onset", "onset");
      events.createIndex("open", "open");
      database.createObjectStore("clips", { keyPath: "id" }).createIndex("at", "at");
    },
    blocking: (_, next, event) => {
      // A newer version of the page in another window must not wait for this one; nor must anyone who deletes the database.
      (event.target as IDBDatabase).close();
      if (next === null) lost();
    },
    terminated: lost,
  });
  return within(OPEN_MS, opening);
}

/** A database that opens too late is closed again: the page has continued without it. */
async function within(ms: number, opening: Promise<Database>): Promise<Database> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  const database = await Promise.race([opening, late]);
  clearTimeout(timer);
  if (database) return database;
  void opening.then((opened) => opened.close()).catch(() => undefined);
  throw new Error(`the database did not open within ${ms} ms`);
}
