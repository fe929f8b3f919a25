/// <reference lib="esnext.disposable" preserve="true" />
// Sound pushed piece by piece by the caller: thin covers over calls on the worker.

import { disposable } from "./closing.js";
import type { Engine } from "./engine.js";
import { SoundError } from "./errors.js";
import { streamSettings } from "./options.js";
import type { Calls, StreamUpdate } from "./protocol.js";
import { type Samples, toFloat32 } from "./input.js";
import type { Frame, Prediction, SegmentResult, StreamOptions, Update } from "./types.js";

/** What a stream gives for the samples pushed. */
export interface StreamResult {
  updates: Update[];
  /** The log-mel columns that became ready, as in {@link Frame}. */
  columns: Frame["columns"];
}

/** What all of them have in common: a number in the worker, and an end. */
abstract class WorkerStream {
  /** @internal */
  protected readonly engine: Engine;
  /** @internal */
  protected readonly id: number;
  #over: SoundError | undefined;

  /** Ends it without what is still inside. */
  declare [Symbol.dispose]: () => void;

  static {
    disposable(this);
  }

  /** @internal */
  protected constructor(engine: Engine) {
    this.engine = engine;
    const over = (error: SoundError) => this.#end(error);
    // A new worker has none of this stream's state: it stays closed.
    this.id = engine.adopt({ notice() {}, crashed: over, lost: over, restarted() {} });
  }

  /** Ends it without what is still inside. May be called again. */
  close(): void {
    this.#end(new SoundError("aborted", "the stream is closed"));
  }

  /** @internal One that cannot be opened leaves nothing behind. */
  protected async opened(open: () => Promise<unknown>): Promise<void> {
    try {
      await open();
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** @internal */
  protected checkOpen(): void {
    if (this.#over) throw this.#over;
  }

  /** @internal The last call. */
  protected async last<T>(call: () => Promise<T>): Promise<T> {
    this.checkOpen();
    const result = call();
    this.#over = new SoundError("aborted", "the stream is finished");
    try {
      return await result;
    } finally {
      await this.engine.release(this.id);
    }
  }

  #end(error: SoundError): void {
    this.#over ??= error;
    void this.engine.release(this.id);
  }
}

/** Sound pushed piece by piece; how it is cut does not change what comes out. */
export class SoundStream extends WorkerStream {
  /** @internal */
  static async open(engine: Engine, sampleRate: number, options: StreamOptions): Promise<SoundStream> {
    const stream = new SoundStream(engine);
    await stream.opened(() => engine.call("openStream", { stream: stream.id, sampleRate, settings: streamSettings(options) }));
    return stream;
  }

  /** Hears more mono samples; they are copied. */
  async push(pcm: Samples): Promise<StreamResult> {
    this.checkOpen();
    const { updates, columns } = await this.engine.call("push", { stream: this.id, pcm: toFloat32(pcm) });
    return { columns, updates: updates.map(toUpdate) };
  }

  /** The updates still inside; the stream is over after it. */
  async finish(): Promise<Update[]> {
    const updates = await this.last(() => this.engine.call("finish", { stream: this.id }));
    return updates.map(toUpdate);
  }
}

/** A recording in pieces; how it is cut does not change what comes out. */
export class SegmentStream extends WorkerStream {
  /** @internal */
  static async open(engine: Engine, args: Omit<Calls["openSegments"]["args"], "stream">): Promise<SegmentStream> {
    const stream = new SegmentStream(engine);
    await stream.opened(() => engine.call("openSegments", { ...args, stream: stream.id }));
    return stream;
  }

  /** Hears more mono samples; they are copied. */
  async push(pcm: Samples): Promise<SegmentResult> {
    this.checkOpen();
    return this.engine.call("pushSegments", { stream: this.id, pcm: toFloat32(pcm) });
  }

  /** The last predictions; it is over after it. Throws `audio-too-short` when less than one column was pushed in all. */
  async finish(): Promise<Prediction[]> {
    return this.last(() => this.engine.call("finishSegments", { stream: this.id }));
  }
}

/** Nothing is ever dropped where the caller pushes. */
function toUpdate(update: StreamUpdate): Update {
  return { ...update, dropped: 0 };
}
