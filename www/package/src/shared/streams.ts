/// <reference lib="esnext.disposable" preserve="true" />
// Sound that the caller pushes piece by piece: thin wrappers around calls to the worker.

import { disposable } from "./closing.js";
import type { Engine } from "./engine.js";
import { SoundError } from "./errors.js";
import { streamSettings } from "./options.js";
import type { Calls, StreamUpdate } from "./protocol.js";
import { type Samples, toFloat32 } from "./input.js";
import type { Frame, Prediction, SegmentResult, StreamOptions, Update } from "./types.js";

/** What a stream returns for the samples pushed. */
export interface StreamResult {
  updates: Update[];
  /** The log-mel columns completed by these samples, as in {@link Frame}. */
  columns: Frame["columns"];
}

/** What both kinds of stream share: a number in the worker, and how they end. */
abstract class WorkerStream {
  /** @internal */
  protected readonly engine: Engine;
  /** @internal */
  protected readonly id: number;
  #ended: SoundError | undefined;

  /** Closes it at the end of the block, without returning what is still pending. */
  declare [Symbol.dispose]: () => void;

  static {
    disposable(this);
  }

  /** @internal */
  protected constructor(engine: Engine) {
    this.engine = engine;
    const end = (error: SoundError) => this.#end(error);
    // A new worker has none of this stream's state, so the stream stays closed.
    this.id = engine.adopt({ crashed: end, lost: end });
  }

  /** Closes it without returning what is still pending. Calling it again does nothing. */
  close(): void {
    this.#end(new SoundError("aborted", "the stream is closed"));
  }

  /** @internal Opens the stream in the worker; leaves nothing behind if that fails. */
  protected async openWith<K extends "openStream" | "openSegments">(call: K, args: Omit<Calls[K]["args"], "stream">): Promise<this> {
    try {
      await this.engine.call(call, { ...args, stream: this.id } as Calls[K]["args"]);
      return this;
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** @internal */
  protected checkOpen(): void {
    if (this.#ended) throw this.#ended;
  }

  /** @internal Makes the stream's last call. */
  protected async finishWith<K extends "finish" | "finishSegments">(call: K): Promise<Calls[K]["reply"]> {
    this.checkOpen();
    const result = this.engine.call(call, { stream: this.id });
    this.#ended = new SoundError("aborted", "the stream is finished");
    try {
      return await result;
    } finally {
      await this.engine.release(this.id);
    }
  }

  #end(error: SoundError): void {
    this.#ended ??= error;
    void this.engine.release(this.id);
  }
}

/** Live sound, pushed piece by piece. The sizes of the pieces do not change the results. */
export class SoundStream extends WorkerStream {
  /** @internal */
  static async open(engine: Engine, sampleRate: number, options: StreamOptions): Promise<SoundStream> {
    const settings = streamSettings(options);
    return new SoundStream(engine).openWith("openStream", { sampleRate, settings });
  }

  /** Processes more mono samples, which are copied. */
  async push(pcm: Samples): Promise<StreamResult> {
    this.checkOpen();
    const { updates, columns } = await this.engine.call("push", { stream: this.id, pcm: toFloat32(pcm) });
    return { columns, updates: updates.map(toUpdate) };
  }

  /** Returns the updates still pending and ends the stream. */
  async finish(): Promise<Update[]> {
    return (await this.finishWith("finish")).map(toUpdate);
  }
}

/** A recording, pushed piece by piece. The sizes of the pieces do not change the results. */
export class SegmentStream extends WorkerStream {
  /** @internal */
  static async open(engine: Engine, args: Omit<Calls["openSegments"]["args"], "stream">): Promise<SegmentStream> {
    return new SegmentStream(engine).openWith("openSegments", args);
  }

  /** Processes more mono samples, which are copied. */
  async push(pcm: Samples): Promise<SegmentResult> {
    this.checkOpen();
    return this.engine.call("pushSegments", { stream: this.id, pcm: toFloat32(pcm) });
  }

  /** Returns the last predictions and ends the stream. Throws `audio-too-short` if the samples fill no log-mel column. */
  async finish(): Promise<Prediction[]> {
    return this.finishWith("finishSegments");
  }
}

/** Nothing is ever dropped when the caller pushes the samples. */
function toUpdate(update: StreamUpdate): Update {
  return { ...update, dropped: 0 };
}
