// listen() and the microphone that it gives: permission, audio graph and
// stream as one thing that is opened and closed whole.

import { Classifier } from "./classifier.js";
import { type Engine, orAborted, type StreamOwner } from "./engine.js";
import { abortedError, fromWire, messageOf, SoundError } from "./errors.js";
import {
  addWorklet,
  buildGraph,
  checkEnvironment,
  connectWorker,
  endWorklet,
  openDevice,
  processingInForce,
  startClock,
  stopDevice,
} from "./media.js";
import { type MicrophoneEvent, type MicrophoneState, next } from "./microphone-state.js";
import { checkNames, LISTEN_OPTIONS, type ListenOptions, RECORD_OPTIONS, streamSettings } from "./options.js";
import type { Notice, StreamSettings, StreamUpdate } from "./protocol.js";
import type { ModelInfo, Recording, Update } from "./types.js";
import { Undo } from "./undo.js";

/**
 * Opens the microphone and calls `onUpdate` at every hop of the model until the microphone is closed.
 * Echo cancellation, noise suppression and automatic gain are switched off: they mangle every sound but speech.
 * Call it from a click: browsers start no sound otherwise.
 *
 * Throws `insecure-context`, `unsupported`, `permission-denied`, `no-microphone`, `microphone-busy`,
 * `interrupted`, and whatever {@link Classifier.load} throws. Later failures go to `options.onError`.
 */
export async function listen(onUpdate: (update: Update) => void, options: ListenOptions = {}): Promise<Microphone> {
  checkNames("listen", options, LISTEN_OPTIONS);
  const { signal } = options;
  const settings = streamSettings(options);
  if (signal?.aborted) throw abortedError(signal);
  checkEnvironment();

  const undo = new Undo();
  // Made before anything is waited for: some browsers allow it only within the click itself.
  const context = new AudioContext({ latencyHint: "playback" });
  undo.add(() => void context.close());
  const open = async (): Promise<Microphone> => {
    const [classifier, media] = await Promise.all([
      loadClassifier(options, undo),
      openDevice(options.deviceId).then((media) => {
        undo.add(() => stopDevice(media));
        return media;
      }),
      addWorklet(context, options.worklet),
    ]);
    await startClock(context);
    const node = buildGraph(context, media);
    undo.add(() => endWorklet(node));
    return Microphone.open({ onUpdate, options, settings, classifier, context, media, node, undo });
  };
  try {
    return await (signal ? orAborted(open(), signal) : open());
  } catch (thrown) {
    undo.run();
    if (thrown instanceof SoundError) throw thrown;
    throw new SoundError("unsupported", `listening cannot begin: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function loadClassifier(options: ListenOptions, undo: Undo): Promise<Classifier> {
  if (options.classifier) return options.classifier;
  const { model, wasm, worker, signal } = options;
  const given = Object.entries({ model, wasm, worker, signal }).filter(([, value]) => value !== undefined);
  const classifier = await Classifier.load(Object.fromEntries(given));
  undo.add(() => classifier.close());
  return classifier;
}

interface Parts {
  onUpdate: (update: Update) => void;
  options: ListenOptions;
  settings: StreamSettings;
  classifier: Classifier;
  context: AudioContext;
  media: MediaStream;
  node: AudioWorkletNode;
  undo: Undo;
}

/** A microphone that is being listened to. Every method may be called again and in any state. */
export class Microphone implements StreamOwner {
  readonly #parts: Parts;
  readonly #engine: Engine;
  readonly #stream: number;
  #state: MicrophoneState = "listening";
  #interrupted = false;
  readonly #closed = new AbortController();
  /** Seconds heard before the present worker took over. */
  #earlier = 0;
  #time = 0;

  /** @internal Use {@link listen}. */
  static async open(parts: Parts): Promise<Microphone> {
    const microphone = new Microphone(parts);
    await microphone.#connect();
    microphone.#watch();
    return microphone;
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#engine = parts.classifier.engine;
    this.#stream = this.#engine.adopt(this);
    parts.undo.add(() => void this.#engine.release(this.#stream));
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  /** The model's labels. */
  get labels(): readonly string[] {
    return this.#engine.info.labels;
  }

  /** What the model says about itself. */
  get info(): ModelInfo {
    return this.#engine.info;
  }

  /** The rate at which the device is heard, in Hz. */
  get sampleRate(): number {
    return this.#parts.context.sampleRate;
  }

  /** The processing that the browser left on although it was asked not to; empty when the sound is untouched. */
  get processing(): string[] {
    return processingInForce(this.#parts.media);
  }

  /** Stops hearing for now. The permission and the device are kept. */
  async pause(): Promise<void> {
    if (!this.#apply("pause")) return;
    this.#interrupted = false;
    await this.#parts.context.suspend();
  }

  /** Hears again. Throws `interrupted` where the browser holds the sound back. */
  async resume(): Promise<void> {
    if (next(this.#state, "resume") === undefined) return;
    await startClock(this.#parts.context);
    this.#interrupted = false;
    this.#apply("resume");
  }

  /** Gives the device back. Final. */
  async close(): Promise<void> {
    this.#end("close");
  }

  /**
   * The next `seconds` of what is heard, at the device's own rate.
   * Throws `config` for a length that is not positive, `aborted` when the microphone is closed meanwhile.
   */
  async record(seconds: number, options: { signal?: AbortSignal } = {}): Promise<Recording> {
    checkNames("record", options, RECORD_OPTIONS);
    if (!(seconds > 0 && Number.isFinite(seconds))) {
      throw new SoundError("config", `record: expected a positive number of seconds, got ${seconds}`);
    }
    if (this.#state === "closed") throw closedError();
    const samples = Math.max(1, Math.round(seconds * this.sampleRate));
    const call = this.#engine.call("record", { stream: this.#stream, samples }, { signal: options.signal });
    const pcm = await orAborted(call, this.#closed.signal);
    return { pcm, sampleRate: this.sampleRate };
  }

  /** @internal */
  notice(notice: Exclude<Notice, { notice: "crashed" }>): void {
    if (this.#state === "closed") return;
    if (notice.notice === "failed") {
      this.#end("lost", fromWire(notice.error));
      return;
    }
    const { frame, updates } = notice;
    this.#time = this.#earlier + frame.time;
    this.#parts.options.onFrame?.({ ...frame, time: this.#time });
    for (const update of updates) this.#parts.onUpdate(shifted(update, this.#earlier, frame.dropped));
  }

  /** @internal */
  crashed(error: SoundError): void {
    this.#report(error);
  }

  /** @internal */
  lost(error: SoundError): void {
    this.#end("lost", error);
  }

  /** @internal */
  restarted(): void {
    if (this.#state === "closed") return;
    this.#earlier = this.#time;
    this.#connect().catch((thrown: unknown) => {
      // A worker that crashed again is restarted again.
      if (!(thrown instanceof SoundError && thrown.code === "worker-crashed")) {
        this.#end("lost", thrown instanceof SoundError ? thrown : undefined);
      }
    });
  }

  async #connect(): Promise<void> {
    const { node, settings } = this.#parts;
    const port = connectWorker(node);
    const args = { stream: this.#stream, sampleRate: this.sampleRate, settings, port };
    await this.#engine.call("capture", args, { transfer: [port] });
  }

  #watch(): void {
    const { context, media } = this.#parts;
    for (const track of media.getAudioTracks()) {
      // Browsers fire this when the device goes, not for our own stop().
      track.onended = () => this.#end("lost", new SoundError("device-lost", "the microphone is gone"));
    }
    context.onstatechange = () => {
      if (context.state === "running") {
        if (this.#interrupted) this.#apply("resume");
        this.#interrupted = false;
      } else if (this.#apply("interrupted")) {
        this.#interrupted = true;
        this.#report(new SoundError("interrupted", "the system took the microphone away for now"));
      }
    };
  }

  #end(event: MicrophoneEvent, error?: SoundError): void {
    if (next(this.#state, event) !== "closed") return;
    this.#parts.context.onstatechange = null;
    for (const track of this.#parts.media.getAudioTracks()) track.onended = null;
    // Closed before anything is undone: ending our own worker is then no loss to report.
    this.#state = "closed";
    this.#parts.undo.run();
    this.#closed.abort(closedError());
    this.#parts.options.onStateChange?.("closed");
    if (error) this.#report(error);
  }

  /** True when the event changed the state; for every event but those that close. */
  #apply(event: MicrophoneEvent): boolean {
    const state = next(this.#state, event);
    if (state === undefined) return false;
    this.#state = state;
    this.#parts.options.onStateChange?.(state);
    return true;
  }

  #report(error: SoundError): void {
    this.#parts.options.onError?.(error);
  }
}

/** An update in the microphone's own time. */
function shifted(update: StreamUpdate, seconds: number, dropped: number): Update {
  const events = update.events.map((event) => ({
    ...event,
    onset: event.onset + seconds,
    offset: event.offset === null ? null : event.offset + seconds,
  }));
  return { ...update, time: update.time + seconds, events, dropped };
}

function closedError(): SoundError {
  return new SoundError("aborted", "the microphone is closed");
}
