// Keeps one worker alive for each classifier. A worker that crashed is discarded
// with its wasm instance. A new one starts from the module and the files that are
// already in memory, so nothing is fetched twice.

import { abortedError, type ErrorCode, messageOf, SoundError } from "./errors.js";
import type { CallName, Calls, Notice } from "./protocol.js";
import type { ModelInfo } from "./types.js";
import { type ThreadWorker, type WorkerLife, WorkerLink } from "./worker-link.js";

/** Minimum time between two starts, so that a worker that always crashes does not restart in a tight loop. */
const RESTART_INTERVAL_MS = 3000;

/** What a worker needs to start. */
export interface Assets {
  module: WebAssembly.Module;
  /** The module that also has the general engine, for models that the other one does not run; asked for only then. */
  generalModule(signal: AbortSignal | undefined): Promise<WebAssembly.Module>;
  model: ArrayBuffer;
  head: ArrayBuffer | undefined;
  headOnly: boolean;
  newWorker(): ThreadWorker;
  /** How to notice that the next worker has ended without an event; `undefined` where that is not possible. */
  life?(): WorkerLife | undefined;
}

type StreamNotice = Exclude<Notice, { notice: "crashed" }>;

/** The owner of a stream in the worker. */
export interface StreamOwner {
  notice?(notice: StreamNotice): void;
  /** The worker has crashed and the stream's state is lost; a new worker is starting. */
  crashed(error: SoundError): void;
  /** A new worker is ready. */
  restarted?(): void;
  /** No other worker will start. */
  lost(error: SoundError): void;
}

interface Ready {
  link: WorkerLink;
  info: ModelInfo;
}

export class Engine {
  readonly #assets: Assets;
  readonly #owners = new Map<number, StreamOwner>();
  /** The one that runs the model, so that a restart does not try the other one first. */
  #module: WebAssembly.Module;
  #ready: Promise<Ready>;
  #startedAt = 0;
  #info: ModelInfo | undefined;
  #lastStream = 0;
  /** No worker could be started after a crash. */
  #failed = false;
  #closed = false;

  /** Starts a worker and loads the model. Rejects with the core's code, `wasm-fetch`, `worker-crashed` or `aborted`. */
  static async start(assets: Assets, signal?: AbortSignal): Promise<Engine> {
    const engine = new Engine(assets, signal);
    engine.#info = (await engine.#ready).info;
    return engine;
  }

  private constructor(assets: Assets, signal: AbortSignal | undefined) {
    this.#assets = assets;
    this.#module = assets.module;
    this.#ready = this.#startWorker(signal);
  }

  /** The model's description; an engine has it once it has started. */
  get info(): ModelInfo {
    return this.#info!;
  }

  /**
   * Calls the worker. If a new worker is starting, the call waits for it; if the last one could not be started, it starts one.
   * Samples are moved to the worker even if `transfer` does not list them.
   */
  async call<K extends CallName>(
    call: K,
    args: Calls[K]["args"],
    {
      transfer = "pcm" in args ? [args.pcm.buffer] : [],
      signal,
    }: { transfer?: Transferable[]; signal?: AbortSignal | undefined } = {},
  ): Promise<Calls[K]["reply"]> {
    if (this.#closed) throw closedError();
    if ("sampleRate" in args && typeof args.sampleRate !== "number") {
      throw new SoundError("audio-rate", "samples need their sample rate in Hz");
    }
    if (this.#failed) this.#ready = this.#restart();
    const post = ({ link }: Ready) => {
      // The worker does nothing that nobody waits for.
      signal?.throwIfAborted();
      return link.call(call, args, transfer);
    };
    return orAborted(this.#ready.then(post), signal);
  }

  /** Registers the owner of a new stream and returns the number of the stream. */
  adopt(owner: StreamOwner): number {
    this.#lastStream += 1;
    this.#owners.set(this.#lastStream, owner);
    return this.#lastStream;
  }

  /** Forgets a stream and closes it in the worker. Never rejects: a stream that is already gone needs no closing. */
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
    this.#owners.get(notice.stream)?.notice?.(notice);
  }

  #crashed(error: SoundError): void {
    if (this.#closed) return;
    this.#ready = this.#restart();
    this.#each((owner) => owner.crashed(error));
    this.#ready.then(
      () => this.#each((owner) => owner.restarted?.()),
      (thrown: SoundError) => this.#each((owner) => owner.lost(thrown)),
    );
  }

  async #restart(): Promise<Ready> {
    this.#failed = false;
    const wait = this.#startedAt + RESTART_INTERVAL_MS - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (this.#closed) throw closedError();
    const ready = await this.#startWorker().catch((thrown: unknown) => {
      this.#failed = true;
      throw thrown;
    });
    if (this.#closed) ready.link.terminate(closedError());
    return ready;
  }

  async #startWorker(signal?: AbortSignal): Promise<Ready> {
    try {
      return await this.#startOn(this.#module, signal);
    } catch (why) {
      if (!hasCode(why, "model-operators")) throw why;
      this.#module = await this.#assets.generalModule(signal).catch((thrown: unknown) => {
        if (!hasCode(thrown, "wasm-fetch")) throw thrown;
        const but = "The general engine (10 MB) runs it, but could not be loaded";
        throw new SoundError("wasm-fetch", `${why.message}. ${but}: ${thrown.message}`, { cause: thrown });
      });
      return this.#startOn(this.#module, signal);
    }
  }

  async #startOn(module: WebAssembly.Module, signal: AbortSignal | undefined): Promise<Ready> {
    this.#startedAt = performance.now();
    let ready = false;
    const link = new WorkerLink(newWorker(this.#assets), {
      notice: (notice) => this.#notice(notice),
      // Before the worker is ready, the rejected `init` call reports the crash.
      crashed: (error) => ready && this.#crashed(error),
    });
    try {
      const { model, head, headOnly } = this.#assets;
      const life = this.#assets.life?.();
      const { info, locked } = await orAborted(link.call("init", { module, model, head, headOnly, lock: life?.lock }), signal);
      ready = true;
      if (life && locked) link.watch(life);
      return { link, info };
    } catch (thrown) {
      link.terminate(closedError());
      throw thrown;
    }
  }

  #each(notify: (owner: StreamOwner) => void): void {
    for (const owner of [...this.#owners.values()]) notify(owner);
  }
}

function hasCode(thrown: unknown, code: ErrorCode): thrown is SoundError {
  return thrown instanceof SoundError && thrown.code === code;
}

/** Throws `worker-crashed` for a script that browsers refuse without loading it, such as one from another origin. */
function newWorker(assets: Assets): ThreadWorker {
  try {
    return assets.newWorker();
  } catch (thrown) {
    if (thrown instanceof SoundError) throw thrown;
    throw new SoundError("worker-crashed", `the worker cannot be started: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Settles as `work` does, or rejects with `aborted` as soon as the signal, if there is one, is aborted. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortedError(signal));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function closedError(): SoundError {
  return new SoundError("aborted", "the classifier is closed");
}
