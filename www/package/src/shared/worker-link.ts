// One worker as the page sees it: calls with replies, notices, and its death.

import { fromWire, messageOf, SoundError } from "./errors.js";
import type { CallName, Calls, FromWorker, Notice, Request } from "./protocol.js";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: SoundError): void;
}

/** What the owner of a link is notified of. */
export interface LinkEvents {
  notice(notice: Exclude<Notice, { notice: "crashed" }>): void;
  /** The worker is not to be used again; every waiting call has been rejected with the same error. */
  crashed(error: SoundError): void;
}

/** What of a worker is used; a browser's is one. */
export interface ThreadWorker {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  /** Whether a call waits for its answer; a process must not end meanwhile. */
  busy?(busy: boolean): void;
}

export class WorkerLink {
  readonly #worker: ThreadWorker;
  readonly #events: LinkEvents;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #dead: SoundError | undefined;

  constructor(worker: ThreadWorker, events: LinkEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      // A script that cannot be loaded gives an event without words.
      this.#crash(event.message || "its script could not be loaded");
    };
    worker.onmessageerror = () => this.#crash("a message could not be read");
  }

  /** Sends one call. Rejects with the worker's coded error, or `worker-crashed`. */
  call<K extends CallName>(call: K, args: Calls[K]["args"], transfer: Transferable[] = []): Promise<Calls[K]["reply"]> {
    if (this.#dead) return Promise.reject(this.#dead);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.busy?.(true);
      try {
        this.#worker.postMessage({ id, call, args } as Request, transfer);
      } catch (thrown) {
        this.#forget(id);
        reject(new SoundError("config", `${call}: cannot be sent to the worker: ${messageOf(thrown)}`, { cause: thrown }));
      }
    });
  }

  /** Ends the worker; calls still waiting are rejected with `reason`. */
  terminate(reason: SoundError): void {
    if (this.#dead) return;
    this.#dead = reason;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #crash(why: string): void {
    if (this.#dead) return;
    const error = new SoundError("worker-crashed", `the worker crashed: ${why}`);
    this.terminate(error);
    this.#events.crashed(error);
  }

  #forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.busy?.(false);
  }

  #receive(message: FromWorker): void {
    if (this.#dead) return;
    if ("notice" in message) {
      if (message.notice === "crashed") this.#crash(message.message);
      else this.#events.notice(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#forget(message.id);
    if ("error" in message) waiting?.reject(fromWire(message.error));
    else waiting?.resolve(message.value);
  }
}
