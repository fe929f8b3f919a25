// A worker as its owner sees it: calls with replies, notices, and crashes.

import { fromWire, messageOf, SoundError } from "./errors.js";
import type { CallName, Calls, FromWorker, Notice, Request } from "./protocol.js";

interface Pending {
  resolve(value: unknown): void;
  reject(error: SoundError): void;
}

/** What a link reports to its owner. */
export interface LinkEvents {
  notice(notice: Exclude<Notice, { notice: "crashed" }>): void;
  /** The worker must not be used again; every pending call has been rejected with the same error. */
  crashed(error: SoundError): void;
}

/** The part of a browser's `Worker` that is used here. */
export interface ThreadWorker {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  /** Reports whether calls are pending, so that a Node process does not end in the meantime. */
  busy?(busy: boolean): void;
  /** The address of its script, for messages. */
  script?: string;
}

/** How to watch a worker that can end without an event. */
export interface WorkerLife {
  /** Name of a lock that the worker takes when it starts and never releases. */
  lock: string;
  /** Calls `over` when the worker is gone. Returns what ends the watching. */
  watch(over: () => void): () => void;
}

export class WorkerLink {
  readonly #worker: ThreadWorker;
  readonly #events: LinkEvents;
  readonly #pending = new Map<number, Pending>();
  #unwatch = () => {};
  #lastId = 0;
  #dead: SoundError | undefined;

  constructor(worker: ThreadWorker, events: LinkEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      // If the script cannot be loaded, the event has no message.
      this.#crash(event.message || `its script ${worker.script ?? ""} could not be loaded`);
    };
    worker.onmessageerror = () => this.#crash("a message could not be read");
  }

  /** Makes one call. Rejects with the worker's coded error, or `worker-crashed`. */
  call<K extends CallName>(call: K, args: Calls[K]["args"], transfer: Transferable[] = []): Promise<Calls[K]["reply"]> {
    if (this.#dead) return Promise.reject(this.#dead);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.busy?.(true);
      try {
        this.#worker.postMessage({ id, call, args } as Request, transfer);
      } catch (thrown) {
        this.#forget(id);
        reject(new SoundError("config", `${call}: cannot be sent to the worker: ${messageOf(thrown)}`, { cause: thrown }));
      }
    });
  }

  /** From now on, also notices a worker that ends without an event, for example when the browser or its user ends it. */
  watch(life: WorkerLife): void {
    if (!this.#dead) this.#unwatch = life.watch(() => this.#crash("it was ended from outside"));
  }

  /** Ends the worker and rejects pending calls with `reason`. */
  terminate(reason: SoundError): void {
    if (this.#dead) return;
    this.#dead = reason;
    this.#unwatch();
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #crash(why: string): void {
    if (this.#dead) return;
    const error = new SoundError("worker-crashed", `the worker crashed: ${why}`);
    this.terminate(error);
    this.#events.crashed(error);
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.busy?.(false);
  }

  #receive(message: FromWorker): void {
    if (this.#dead) return;
    if ("notice" in message) {
      if (message.notice === "crashed") this.#crash(message.message);
      else this.#events.notice(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#forget(message.id);
    if ("error" in message) pending?.reject(fromWire(message.error));
    else pending?.resolve(message.value);
  }
}
