/// <reference lib="esnext.disposable" preserve="true" />
// The microphone that listen() returns: it owns the permission, the audio graph
// and the stream, and closes them together.

import { disposable, type Undo } from "../shared/closing.js";
import { orAborted } from "../shared/engine.js";
import { SoundError } from "../shared/errors.js";
import { silence } from "../shared/input.js";
import { notify } from "../shared/notify.js";
import { checkNames, type Names, RECORDING_OPTIONS, type RecordingOptions, STREAM_OPTIONS, streamSettings } from "../shared/options.js";
import type { StreamUpdate } from "../shared/protocol.js";
import type { Frame, ModelInfo, Recording, StreamOptions, Update } from "../shared/types.js";
import { defaultWarning, type SoundWarning } from "../shared/warnings.js";
import { type Classifier, LOAD_OPTIONS, type LoadOptions } from "./classifier.js";
import { processingInForce, startClock } from "./media.js";
import { MicrophoneDevice } from "./microphone-device.js";
import { type MicrophoneEvent, type MicrophoneState, next } from "./microphone-state.js";
import { MicrophoneStream, type MicrophoneStreamEvents, type MicrophoneStreamSource } from "./microphone-stream.js";
import { STALL_SECONDS, watchForStalls } from "./stall.js";

/** Options of `listen`. */
export interface ListenOptions extends LoadOptions, StreamOptions, RecordingOptions {
  /** A classifier that is already loaded; it stays open when the microphone closes. Default: a new one is loaded. */
  classifier?: Classifier;
  /**
   * The input instead of a microphone: the sound of a call, a tab or a media element. Closing does not stop its tracks. Default:
   * the microphone.
   */
  mediaStream?: MediaStream;
  /** The microphone's `deviceId`, from `enumerateDevices()`. Default: the system's choice, followed when it changes. */
  deviceId?: string;
  /** Stops loading with `aborted`; later, closes the microphone. */
  signal?: AbortSignal;
  /** Address of the capture worklet's script. Default: the one shipped with the package. */
  worklet?: URL | string;
  /** Called with the level and the log-mel columns, about 23 times a second at 48 kHz. */
  onFrame?: (frame: Frame) => void;
  /** Called when something goes wrong after listening has started. Default: only `state` changes. */
  onError?: (error: SoundError) => void;
  /** Called once if a channel is used instead of the mix, because the mix was too weak; and when the default device changes. */
  onWarning?: (warning: SoundWarning) => void;
  /** Called after every change of `state`. */
  onStateChange?: (state: MicrophoneState) => void;
}

export const LISTEN_OPTIONS: Names<ListenOptions> = [
  ...LOAD_OPTIONS,
  ...STREAM_OPTIONS,
  ...RECORDING_OPTIONS,
  "classifier",
  "mediaStream",
  "deviceId",
  "worklet",
  "onFrame",
  "onError",
  "onWarning",
  "onStateChange",
];

/** The longest recording by {@link Microphone.record}, which is in memory as a whole. */
const MOST_SECONDS = 3600;

interface Parts {
  onUpdate: (update: Update) => void;
  options: ListenOptions;
  settings: StreamOptions;
  classifier: Classifier;
  context: AudioContext;
  media: MediaStream;
  node: AudioWorkletNode;
  undo: Undo;
}

/** An open microphone. Every method may be called in any state, and more than once. */
export class Microphone {
  readonly #parts: Parts;
  readonly #device: MicrophoneDevice;
  #source: MicrophoneStreamSource;
  #stream: MicrophoneStream;
  #switching: Promise<void> = Promise.resolve();
  #state: MicrophoneState = "listening";
  /** Paused by the system: it continues on its own. */
  #interrupted = false;
  #muted = false;
  /** Ends a `resume` under way when it is paused or closed. */
  #resuming = new AbortController();
  /** Seconds of sound processed, which grow with every frame. */
  #time = 0;
  readonly #closed = new AbortController();
  #dropped = 0;

  /** Closes it at the end of the block: `using microphone = await listen(show)`. */
  declare [Symbol.dispose]: () => void;
  declare [Symbol.asyncDispose]: () => Promise<void>;

  static {
    disposable(this);
    disposable(this, Symbol.asyncDispose);
  }

  /** @internal Use {@link listen}. */
  static async open(parts: Parts): Promise<Microphone> {
    const microphone = new Microphone(parts);
    await microphone.#stream.start();
    // What was aborted meanwhile is undone, and must not be watched.
    if (!parts.options.signal?.aborted) microphone.#watch();
    return microphone;
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    const events: MicrophoneStreamEvents = {
      frame: (frame, updates) => this.#receive(frame, updates),
      crashed: (error, ended) => {
        if (ended) this.#deliver(ended);
        this.#report(error);
      },
      lost: (error) => this.#end("lost", error),
    };
    this.#source = { node: parts.node, settings: parts.settings, events };
    this.#stream = new MicrophoneStream(parts.classifier, this.#source);
    parts.undo.add(() => this.#stream.close());
    const { node, media, options } = parts;
    const own = options.mediaStream === undefined;
    this.#device = new MicrophoneDevice(
      { node, media, channel: options.channel, own, follow: own && options.deviceId === undefined },
      {
        lost: (error) => this.#end("lost", error),
        muted: (muted) => this.#mute(muted),
        defaultChanged: (code) => notify(options.onWarning, defaultWarning(code, this.#time)),
      },
    );
    parts.undo.add(() => this.#device.close());
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  /** The model's labels. */
  get labels(): readonly string[] {
    return this.#stream.info.labels;
  }

  /** The model's description. */
  get info(): ModelInfo {
    return this.#stream.info;
  }

  /** The device's sample rate, in Hz. */
  get sampleRate(): number {
    return this.#parts.context.sampleRate;
  }

  /** The processing that the browser left on although it was asked not to; empty if the sound is unprocessed. */
  get processing(): string[] {
    return processingInForce(this.#device.media);
  }

  /** Stops listening for now. The permission and the device are kept. */
  async pause(): Promise<void> {
    if (this.#state === "closed") return;
    this.#resuming.abort();
    this.#resuming = new AbortController();
    this.#interrupted = false;
    this.#apply("pause");
    await this.#parts.context.suspend();
  }

  /**
   * Resumes listening, unless {@link pause} or {@link close} is called meanwhile. Throws `interrupted` if the browser does not start
   * the audio, or the microphone is muted.
   */
  async resume(): Promise<void> {
    if (next(this.#state, "resume") === undefined) return;
    const { context } = this.#parts;
    const { signal } = this.#resuming;
    try {
      if (!this.#muted) await orAborted(startClock(context), signal);
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
    if (signal.aborted) return;
    this.#interrupted = this.#muted;
    if (this.#muted) {
      // It may have been muted while the audio started.
      void context.suspend();
      throw mutedError();
    }
    this.#apply("resume");
  }

  /**
   * Switches to another classifier without a gap. `classifier` first gets the last seconds, then every sample from where
   * the old classifier stopped. `time` continues; open events end and may begin again. The old classifier is closed if
   * {@link listen} loaded it itself. A call waits for an earlier call to finish.
   *
   * Throws what opening a stream throws, and `config` for anything else; the old classifier then continues. Throws `aborted` if the microphone is closed.
   */
  async use(classifier: Classifier): Promise<void> {
    if (!classifier?.engine) throw new SoundError("config", "use: expected a classifier");
    await this.#switch(() => classifier, undefined);
  }

  /**
   * Switches to other settings without a gap, as {@link use} does. A setting that `options` leaves out becomes the model's
   * own. Throws `config` for unknown or impossible settings; the old settings then stay. Throws `aborted` if the microphone
   * is closed.
   */
  async adjust(options: StreamOptions): Promise<void> {
    checkNames("adjust", options, STREAM_OPTIONS);
    const settings = streamSettings(options);
    await this.#switch(() => this.#stream.classifier, settings);
  }

  /** Releases the device. This is final. */
  async close(): Promise<void> {
    this.#end("close");
  }

  /**
   * Records the next `seconds` of sound at the device's own sample rate.
   * Throws `config` if `seconds` is not positive, `limit` for more than an hour or than there is memory for, `aborted` if `signal` is
   * aborted or the microphone closed before the end, and `worker-crashed`.
   */
  async record(seconds: number, options: { signal?: AbortSignal } = {}): Promise<Recording> {
    checkNames("record", options, ["signal"]);
    checkSeconds("record", seconds);
    if (seconds > MOST_SECONDS) throw new SoundError("limit", "record: expected at most an hour");
    this.#checkOpen();
    const samples = Math.max(1, Math.round(seconds * this.sampleRate));
    const pcm = await orAborted(this.#record(samples, options.signal), this.#closed.signal);
    return { pcm, sampleRate: this.sampleRate };
  }

  /**
   * Returns the last `seconds` of sound at the device's own sample rate: at most five seconds, or less if there was less.
   * Throws `config` if `seconds` is not positive, `aborted` if the microphone is closed, and `worker-crashed` until a new worker is
   * ready.
   */
  async recent(seconds: number): Promise<Recording> {
    checkSeconds("recent", seconds);
    this.#checkOpen();
    // If it is closed meanwhile, it still returns what it had.
    const { pcm } = await this.#stream.recent(seconds);
    return { pcm, sampleRate: this.sampleRate };
  }

  /** When a stream is replaced, it returns what it has recorded; the next one continues at the following sample. */
  async #record(samples: number, signal: AbortSignal | undefined): Promise<Recording["pcm"]> {
    let whole: Recording["pcm"] | undefined;
    let from: number | undefined;
    for (let filled = 0; filled < samples; ) {
      const { pcm, start } = await this.#stream.record(samples - filled, from, signal);
      if (pcm.length === samples) return pcm;
      whole ??= silence(samples);
      whole.set(pcm, filled);
      filled += pcm.length;
      from = start + pcm.length;
      if (filled < samples) await this.#switching;
    }
    return whole!;
  }

  /** Switches run one after another. `undefined` keeps the settings. */
  async #switch(classifier: () => Classifier, settings: StreamOptions | undefined): Promise<void> {
    const switching = this.#switching.then(() => this.#switchTo(classifier(), settings));
    this.#switching = switching.catch(() => undefined);
    await switching;
  }

  async #switchTo(classifier: Classifier, settings: StreamOptions | undefined): Promise<void> {
    this.#checkOpen();
    const old = this.#stream;
    if (classifier === old.classifier && settings === undefined) return;
    const source = settings === undefined ? this.#source : { ...this.#source, settings };
    const fresh = new MicrophoneStream(classifier, source);
    try {
      const before = await old.soundFor(fresh);
      await fresh.prepare(before);
      this.#checkOpen();
      const { left, port } = await old.handOver(before.start + before.pcm.length);
      this.#checkOpen();
      this.#stream = fresh;
      this.#source = source;
      if (left.ended) this.#deliver(left.ended);
      await fresh.continueFrom(left, port);
    } catch (thrown) {
      fresh.close();
      throw thrown;
    }
    // A classifier that was passed in belongs to the caller.
    const own = this.#parts.options.classifier === undefined && old.classifier === this.#parts.classifier;
    if (own && classifier !== old.classifier) old.classifier.close();
  }

  #checkOpen(): void {
    if (this.#state === "closed") throw closedError();
  }

  #receive(frame: Frame, updates: StreamUpdate[]): void {
    if (this.#state === "closed") return;
    this.#dropped = frame.dropped;
    this.#time = frame.time;
    notify(this.#parts.options.onFrame, frame);
    for (const update of updates) this.#deliver(update);
  }

  #deliver(update: StreamUpdate): void {
    notify(this.#parts.onUpdate, { ...update, dropped: this.#dropped });
  }

  #watch(): void {
    const { context, options } = this.#parts;
    const { signal } = this.#closed;
    /** True while a stalled audio clock is suspended and resumed to get it going. */
    let restarting = false;
    this.#device.watch();
    watchForStalls(
      {
        arrived: () => {
          this.#device.checkLive();
          return this.#state === "listening" && this.#stream.isReady() ? this.#time : undefined;
        },
        restart: async () => {
          restarting = true;
          // It may have been paused meanwhile. If this fails, no sound arrives, and the microphone counts as lost.
          const resume = () => (this.#state === "listening" ? context.resume() : undefined);
          await context.suspend().then(resume).catch(() => undefined);
          restarting = false;
        },
        stalled: () => this.#end("lost", new SoundError("interrupted", `no sound has come for ${STALL_SECONDS} s`)),
      },
      signal,
    );
    options.signal?.addEventListener("abort", () => this.#end("close"), { signal });
    context.onstatechange = () => {
      if (context.state === "running") {
        if (this.#interrupted && !this.#muted) this.#apply("resume");
        this.#interrupted &&= this.#muted;
      } else if (!restarting && this.#apply("interrupted")) {
        this.#interrupted = true;
        this.#report(new SoundError("interrupted", "the system has taken the microphone away for now"));
      }
    };
  }

  /** A muted device delivers silence, which must not be classified. */
  #mute(muted: boolean): void {
    if (muted === this.#muted) return;
    this.#muted = muted;
    if (!muted) {
      if (this.#interrupted) void this.resume().catch(() => undefined);
    } else if (this.#apply("interrupted")) {
      this.#interrupted = true;
      void this.#parts.context.suspend();
      this.#report(mutedError());
    }
  }

  #end(event: MicrophoneEvent, error?: SoundError): void {
    if (next(this.#state, event) !== "closed") return;
    this.#resuming.abort();
    this.#parts.context.onstatechange = null;
    // The state changes before the cleanup, so that ending our own worker is not reported as a loss.
    this.#state = "closed";
    this.#parts.undo.run();
    this.#closed.abort(closedError());
    notify(this.#parts.options.onStateChange, this.#state);
    if (error) this.#report(error);
  }

  /** Applies an event that does not close the microphone. Returns whether the state changed. */
  #apply(event: MicrophoneEvent): boolean {
    const state = next(this.#state, event);
    if (state === undefined) return false;
    this.#state = state;
    notify(this.#parts.options.onStateChange, state);
    return true;
  }

  #report(error: SoundError): void {
    notify(this.#parts.options.onError, error);
  }
}

function checkSeconds(call: string, seconds: number): void {
  if (!(seconds > 0 && Number.isFinite(seconds))) {
    throw new SoundError("config", `${call}: expected a positive number of seconds, got ${seconds}`);
  }
}

function mutedError(): SoundError {
  return new SoundError("interrupted", "the microphone is muted, by the system or by a switch on it");
}

function closedError(): SoundError {
  return new SoundError("aborted", "the microphone is closed");
}
