// Keeps one worker alive behind every classifier. A worker that crashed is
// thrown away with its wasm instance and a fresh one takes over, from the
// module and the files already in memory: no request is made again.

import { abortedError, messageOf, SoundError } from "./errors.js";
import type { CallName, Calls, Notice } from "./protocol.js";
import type { ModelInfo } from "./types.js";
import { type ThreadWorker, WorkerLink } from "./worker-link.js";

/** Time from one start of a worker to the next at least, so that a worker that always dies is not a storm. */
const RESTART_INTERVAL_MS = 3000;

/** What a worker is started from. */
export interface Assets {
  module: WebAssembly.Module;
  model: ArrayBuffer;
  head: ArrayBuffer | undefined;
  headOnly: boolean;
  newWorker(): ThreadWorker;
}

type StreamNotice = Exclude<Notice, { notice: "crashed" }>;

/** Someone whose stream lives in the worker. */
export interface StreamOwner {
  notice(notice: StreamNotice): void;
  /** The worker is gone and what the stream held with it; a fresh one is on its way. */
  crashed(error: SoundError): void;
  /** A fresh worker is ready. */
  restarted(): void;
  /** There will be no other worker. */
  lost(error: SoundError): void;
}

interface Ready {
  link: WorkerLink;
  info: ModelInfo;
}

export class Engine {
  readonly #assets: Assets;
  readonly #owners = new Map<number, StreamOwner>();
  #ready: Promise<Ready>;
  #startedAt = 0;
  #info: ModelInfo | undefined;
  #lastStream = 0;
  #closed = false;

  /** Starts a worker and its model. Rejects with the core's code, `worker-crashed` or `aborted`. */
  static async start(assets: Assets, signal?: AbortSignal): Promise<Engine> {
    const engine = new Engine(assets, signal);
    engine.#info = (await engine.#ready).info;
    return engine;
  }

  private constructor(assets: Assets, signal: AbortSignal | undefined) {
    this.#assets = assets;
    this.#ready = this.#startWorker(signal);
  }

  /** What the model says about itself. */
  get info(): ModelInfo {
    if (!this.#info) throw new SoundError("config", "the classifier was used before it was loaded");
    return this.#info;
  }

  /** One call on the worker; while a fresh worker is being started it waits for it. */
  async call<K extends CallName>(
    call: K,
    args: Calls[K]["args"],
    { transfer = [], signal }: { transfer?: Transferable[]; signal?: AbortSignal | undefined } = {},
  ): Promise<Calls[K]["reply"]> {
    if (this.#closed) throw closedError();
    const reply = this.#ready.then(({ link }) => link.call(call, args, transfer));
    return signal ? orAborted(reply, signal) : reply;
  }

  /** Registers the owner of a new stream and gives the stream its number. */
  adopt(owner: StreamOwner): number {
    this.#lastStream += 1;
    this.#owners.set(this.#lastStream, owner);
    return this.#lastStream;
  }

  /** Forgets a stream and ends it in the worker. Does not fail: a stream that is gone already is what is wanted. */
  async release(stream: number): Promise<void> {
    if (!this.#owners.delete(stream) || this.#closed) return;
    await this.call("closeStream", { stream }).catch(() => undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = closedError();
    this.#each((owner) => owner.lost(error));
    this.#owners.clear();
    this.#ready.then(({ link }) => link.terminate(error)).catch(() => undefined);
  }

  #notice(notice: StreamNotice): void {
    this.#owners.get(notice.stream)?.notice(notice);
  }

  #crashed(error: SoundError): void {
    if (this.#closed) return;
    this.#ready = this.#restart();
    this.#each((owner) => owner.crashed(error));
    this.#ready.then(
      () => this.#each((owner) => owner.restarted()),
      (thrown: SoundError) => this.#each((owner) => owner.lost(thrown)),
    );
  }

  async #restart(): Promise<Ready> {
    const wait = this.#startedAt + RESTART_INTERVAL_MS - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (this.#closed) throw closedError();
    const ready = await this.#startWorker();
    if (this.#closed) ready.link.terminate(closedError());
    return ready;
  }

  async #startWorker(signal?: AbortSignal): Promise<Ready> {
    this.#startedAt = performance.now();
    let ready = false;
    const link = new WorkerLink(newWorker(this.#assets), {
      notice: (notice) => this.#notice(notice),
      // Before the worker is ready, the rejected `init` tells of its crash.
      crashed: (error) => ready && this.#crashed(error),
    });
    try {
      const { module, model, head, headOnly } = this.#assets;
      const reply = link.call("init", { module, model, head, headOnly });
      const info = await (signal ? orAborted(reply, signal) : reply);
      ready = true;
      return { link, info };
    } catch (thrown) {
      link.terminate(closedError());
      throw thrown;
    }
  }

  #each(tell: (owner: StreamOwner) => void): void {
    for (const owner of [...this.#owners.values()]) tell(owner);
  }
}

/** Throws `worker-crashed` for a script that browsers refuse unseen, such as one of another origin. */
function newWorker(assets: Assets): ThreadWorker {
  try {
    return assets.newWorker();
  } catch (thrown) {
    if (thrown instanceof SoundError) throw thrown;
    throw new SoundError("worker-crashed", `the worker cannot be started: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** `work`, or `aborted` as soon as the signal says so; the work's own result is then of no interest. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortedError(signal));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function closedError(): SoundError {
  return new SoundError("aborted", "the classifier is closed");
}
