// A microphone's stream in one classifier: it is opened in the classifier's
// worker, fed by the worklet, reopened after the worker has crashed, and closed
// when another stream takes over.

import type { Classifier } from "./classifier.js";
import type { Engine, StreamOwner } from "../shared/engine.js";
import { fromWire, SoundError } from "../shared/errors.js";
import { connectWorker } from "./media.js";
import { withEventsEnded } from "../shared/ended.js";
import { type HandedOver, MEMORY_SECONDS, type Notice, type Stretch, type StreamUpdate } from "../shared/protocol.js";
import type { Frame, ModelInfo, StreamOptions } from "../shared/types.js";

/** What a stream reports while it is listening. */
export interface MicrophoneStreamEvents {
  frame(frame: Frame, updates: StreamUpdate[]): void;
  /** The worker has crashed; a new one is starting. `ended` ends the events that were open, if there were any. */
  crashed(error: SoundError, ended: StreamUpdate | undefined): void;
  /** The stream has ended for good. */
  lost(error: SoundError | undefined): void;
}

/** What all streams of a microphone have in common. */
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
  #listening = false;
  #leaving = false;
  #asking = false;
  #reopening = false;
  #broken: SoundError | undefined;
  /** Position after the last sample that the worker reported. */
  #reported = 0;
  #last: StreamUpdate | undefined;
  #lastTake = 0;

  constructor(classifier: Classifier, source: MicrophoneStreamSource) {
    this.classifier = classifier;
    this.#engine = classifier.engine;
    this.#source = source;
    this.#stream = this.#engine.adopt(this);
  }

  /**
   * Whether the worker has time for sound: false from a crash until a new one is listening, and while it is busy with another
   * call. Asks the worker again, so the answer is about the time since the call before.
   */
  isReady(): boolean {
    if (this.#asking) return false;
    this.#asking = true;
    const answered = () => void (this.#asking = false);
    this.recent(0).then(answered, answered);
    return !this.#broken;
  }

  get info(): ModelInfo {
    return this.#engine.info;
  }

  /** Starts to listen without earlier sound. Rejects as {@link prepare} does. */
  async start(): Promise<void> {
    const nothing = emptyAt(this.#reported);
    await this.prepare(nothing);
    if (this.#leaving) return;
    await this.#listen(nothing, connectWorker(this.#source.node, this.#reported));
  }

  /** Opens the stream and processes the sound `before`. Rejects with `worker-crashed`, or `config` for wrong settings. */
  async prepare(before: Stretch): Promise<void> {
    const { node, settings } = this.#source;
    const args = { stream: this.#stream, sampleRate: node.context.sampleRate, settings, before };
    await this.#engine.call("openCapture", args);
  }

  /** Returns the last `seconds` of sound, or what is kept of them. Throws `worker-crashed` until a new worker is listening. */
  async recent(seconds: number): Promise<Stretch> {
    if (this.#broken) throw this.#broken;
    return this.#engine.call("recent", { stream: this.#stream, seconds });
  }

  /** The sound that another stream needs to take over: its segment, and the seconds that its scores are averaged over. */
  async soundFor(other: MicrophoneStream): Promise<Stretch> {
    const { info } = other;
    const smoothing = other.#source.settings.smoothingSeconds ?? info.smoothingSeconds;
    const seconds = Math.min(MEMORY_SECONDS, info.segmentSeconds + smoothing);
    // A worker that has just crashed has lost its sound.
    return this.recent(seconds).catch(() => emptyAt(this.#reported));
  }

  /** Ends at the next block. Returns the sound from the position `from` on, and the port for the sound that follows. */
  async handOver(from: number): Promise<{ left: HandedOver; port: MessagePort }> {
    this.#leaving = true;
    const call = this.#engine.call("handOver", { stream: this.#stream, from });
    const port = connectWorker(this.#source.node, this.#broken ? this.#reported : undefined);
    const nothing = { ...emptyAt(this.#reported), ended: undefined };
    const answer = call.catch(() => nothing);
    const left = this.#broken ? nothing : await answer;
    this.close();
    return { left, port };
  }

  /** Continues where another stream ended. From now on, failures are reported by `crashed` and `lost`. */
  async continueFrom({ pcm, start }: HandedOver, port: MessagePort): Promise<void> {
    if (!this.#broken) return this.#settled(this.#listen({ pcm, start }, port));
    // The worker has crashed since `prepare`: nothing is open in the next one.
    this.#listenFrom(start + pcm.length);
    await this.#reopen();
  }

  /**
   * Records the next `samples` samples, or those from the position `from` on; fewer if another stream takes over. Throws
   * `worker-crashed` as {@link recent} does, and `aborted`; the worker then stops recording.
   */
  async record(samples: number, from: number | undefined, signal: AbortSignal | undefined): Promise<Stretch> {
    if (this.#broken) throw this.#broken;
    this.#lastTake += 1;
    const recording = { stream: this.#stream, take: this.#lastTake };
    try {
      return await this.#engine.call("record", { ...recording, samples, from }, { signal });
    } catch (thrown) {
      if (signal?.aborted) void this.#engine.call("endRecord", recording).catch(() => undefined);
      throw thrown;
    }
  }

  /** Closes the stream in the worker. Calling it again does nothing. */
  close(): void {
    this.#listening = false;
    void this.#engine.release(this.#stream);
  }

  /** @internal */
  notice(notice: Exclude<Notice, { notice: "crashed" }>): void {
    if (!this.#listening) return;
    const { events, node } = this.#source;
    if (notice.notice === "failed") {
      events.lost(fromWire(notice.error));
      return;
    }
    this.#reported = Math.round(notice.frame.time * node.context.sampleRate);
    this.#last = notice.updates.at(-1) ?? this.#last;
    events.frame(notice.frame, notice.updates);
  }

  /** @internal */
  crashed(error: SoundError): void {
    this.#broken = error;
    const ended = this.#last && withEventsEnded(this.#last, this.#reported / this.#source.node.context.sampleRate);
    this.#last = undefined;
    if (this.#listening) this.#source.events.crashed(error, ended);
  }

  /** @internal */
  lost(error: SoundError): void {
    if (this.#listening) this.#source.events.lost(error);
  }

  /** @internal */
  restarted(): void {
    if (this.#listening && !this.#leaving) void this.#reopen();
  }

  async #reopen(): Promise<void> {
    if (this.#reopening) return;
    this.#reopening = true;
    await this.#settled(this.start());
    this.#reopening = false;
  }

  async #listen(before: Stretch, port: MessagePort): Promise<void> {
    this.#listenFrom(before.start + before.pcm.length);
    await this.#engine.call("listen", { stream: this.#stream, before, port }, { transfer: [port] });
    this.#broken = undefined;
  }

  #listenFrom(position: number): void {
    this.#listening = true;
    this.#reported = position;
  }

  /** If the worker crashes, the stream resumes with the next one; any other failure ends it. */
  async #settled(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (thrown) {
      if (thrown instanceof SoundError && thrown.code === "worker-crashed") return;
      if (this.#listening) this.#source.events.lost(thrown instanceof SoundError ? thrown : undefined);
    }
  }
}

function emptyAt(start: number): Stretch {
  return { pcm: new Float32Array(0), start };
}
