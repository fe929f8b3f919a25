// One classifier's stream of a microphone: opened in the classifier's worker,
// fed by the worklet, reopened when the worker crashes, and left when
// another stream takes over.

import type { Classifier } from "./classifier.js";
import type { Engine, StreamOwner } from "../shared/engine.js";
import { fromWire, SoundError } from "../shared/errors.js";
import { connectWorker } from "./media.js";
import { type HandedOver, MEMORY_SECONDS, type Notice, type Stretch, type StreamUpdate } from "../shared/protocol.js";
import type { Frame, ModelInfo, StreamOptions } from "../shared/types.js";

/** What a stream reports while it listens. */
export interface MicrophoneStreamEvents {
  frame(frame: Frame, updates: StreamUpdate[]): void;
  /** The worker is gone; a fresh one is on its way. */
  crashed(error: SoundError): void;
  /** The stream is over. */
  lost(error: SoundError | undefined): void;
}

/** What every stream of a microphone has in common. */
export interface MicrophoneStreamSource {
  node: AudioWorkletNode;
  settings: StreamOptions;
  events: MicrophoneStreamEvents;
}

export class MicrophoneStream implements StreamOwner {
  readonly classifier: Classifier;
  readonly #engine: Engine;
  readonly #stream: number;
  readonly #source: MicrophoneStreamSource;
  #listens = false;
  #leaves = false;
  /** From a crash until a fresh worker listens. */
  #broken = false;
  /** Position after the last sample that was reported. */
  #reported = 0;

  constructor(classifier: Classifier, source: MicrophoneStreamSource) {
    this.classifier = classifier;
    this.#engine = classifier.engine;
    this.#source = source;
    this.#stream = this.#engine.adopt(this);
  }

  get info(): ModelInfo {
    return this.#engine.info;
  }

  /** Listens with no memory of earlier sound; rejects with what {@link prepare} rejects with. */
  async begin(): Promise<void> {
    const nothing = silence(this.#reported);
    await this.prepare(nothing);
    if (this.#leaves) return;
    await this.#listen(nothing, connectWorker(this.#source.node));
  }

  /** Opens the stream with a memory of `before`. Rejects with `config` for impossible settings, or `worker-crashed`. */
  async prepare(before: Stretch): Promise<void> {
    const { node, settings } = this.#source;
    const args = { stream: this.#stream, sampleRate: node.context.sampleRate, settings, before };
    await this.#engine.call("openCapture", args);
  }

  /** The last `seconds` of sound, as far as they are kept. */
  async recent(seconds: number): Promise<Stretch> {
    return this.#engine.call("recent", { stream: this.#stream, seconds });
  }

  /** What a stream that takes over from this one should remember: its segment, and what its scores are averaged over. */
  async memoryFor({ info }: MicrophoneStream): Promise<Stretch> {
    const smoothing = this.#source.settings.smoothingSeconds ?? info.smoothingSeconds;
    const seconds = Math.min(MEMORY_SECONDS, info.segmentSeconds + smoothing);
    // A worker that has just crashed remembers nothing.
    return this.recent(seconds).catch(() => silence(this.#reported));
  }

  /** Ends at the next block and gives the sound from the position `from` on, and the port that gets the rest. */
  async leave(from: number): Promise<{ left: HandedOver; port: MessagePort }> {
    this.#leaves = true;
    const call = this.#engine.call("handOver", { stream: this.#stream, from });
    const port = connectWorker(this.#source.node);
    const nothing = { ...silence(this.#reported), ended: undefined };
    const answer = call.catch(() => nothing);
    const left = this.#broken ? nothing : await answer;
    this.close();
    return { left, port };
  }

  /** Listens from where another stream left. What goes wrong from now on is reported by `crashed` and `lost`. */
  async follow({ pcm, start }: HandedOver, port: MessagePort): Promise<void> {
    await this.#settled(this.#listen({ pcm, start }, port));
  }

  /** The next `samples` samples, or those from the position `from`; fewer when another stream takes over. */
  async record(samples: number, from: number | undefined, signal: AbortSignal | undefined): Promise<Stretch> {
    return this.#engine.call("record", { stream: this.#stream, samples, from }, { signal });
  }

  /** Ends it in the worker. May be called again. */
  close(): void {
    this.#listens = false;
    void this.#engine.release(this.#stream);
  }

  /** @internal */
  notice(notice: Exclude<Notice, { notice: "crashed" }>): void {
    if (!this.#listens) return;
    const { events, node } = this.#source;
    if (notice.notice === "failed") {
      events.lost(fromWire(notice.error));
      return;
    }
    this.#reported = Math.round(notice.frame.time * node.context.sampleRate);
    events.frame(notice.frame, notice.updates);
  }

  /** @internal */
  crashed(error: SoundError): void {
    this.#broken = true;
    if (this.#listens) this.#source.events.crashed(error);
  }

  /** @internal */
  lost(error: SoundError): void {
    if (this.#listens) this.#source.events.lost(error);
  }

  /** @internal */
  restarted(): void {
    if (this.#listens && !this.#leaves) void this.#settled(this.begin());
  }

  async #listen(before: Stretch, port: MessagePort): Promise<void> {
    this.#listens = true;
    this.#reported = before.start + before.pcm.length;
    await this.#engine.call("listen", { stream: this.#stream, before, port }, { transfer: [port] });
    this.#broken = false;
  }

  /** A worker that crashed is restarted, and this with it; any other failure ends the stream. */
  async #settled(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (thrown) {
      if (thrown instanceof SoundError && thrown.code === "worker-crashed") return;
      if (this.#listens) this.#source.events.lost(thrown instanceof SoundError ? thrown : undefined);
    }
  }
}

function silence(start: number): Stretch {
  return { pcm: new Float32Array(0), start };
}
