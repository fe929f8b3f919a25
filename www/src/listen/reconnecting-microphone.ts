// Keeps a microphone open until it is stopped: if it is refused, lost or
// interrupted, it is opened again as soon as that may work.

import {
  type Classifier,
  type Frame,
  listen,
  type Microphone,
  type Recording,
  SoundError,
  type StreamOptions,
  type Update,
} from "sourcing-sound";
import { mayPass, untilRetry } from "./retry.js";

export interface MicrophoneEvents {
  /** A microphone was opened, for the first time or again. */
  opened(microphone: Microphone): void;
  update(update: Update, microphone: Microphone): void;
  frame(frame: Frame): void;
  /** The open microphone has a problem, but continues. */
  troubled(error: SoundError): void;
  /** There is no microphone for now; it is tried again when that may work. `again`: there was one before. */
  waiting(error: SoundError, again: boolean): void;
  /** Called after `opened` if the chosen microphone is not connected and the system default is used instead. */
  fellBack(): void;
  /** One channel is used, counted from 1, because the mix of all is too weak. May come before `opened`. */
  channelTaken(channel: number): void;
  /** It has ended with an error. */
  failed(thrown: unknown): void;
}

export interface MicrophoneOptions {
  classifier: Classifier;
  settings: StreamOptions;
  /** `undefined` for the system default. */
  deviceId: string | undefined;
  /** Used instead of a microphone. */
  media?: MediaStream;
}

/**
 * Until an interrupted microphone is first asked to resume. Each further wait is twice as long: some systems never return the
 * microphone if they are asked too often.
 */
const RESUME_MS = 2000;
const LONGEST_RESUME_MS = 32_000;

/** The reason to close a microphone and open it again at once. */
const REOPEN = Symbol("reopen");

export class ReconnectingMicrophone {
  readonly #events: MicrophoneEvents;
  #options: MicrophoneOptions;
  #microphone: Microphone | undefined;
  #end: (why: unknown) => void = () => undefined;
  #paused = false;
  #worked = false;
  #fellBack = false;

  constructor(options: MicrophoneOptions, events: MicrophoneEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Runs until `signal` aborts. Resolves after the first attempt, whether it worked or not. */
  async start(signal: AbortSignal): Promise<void> {
    await new Promise<void>((tried) => void this.#run(signal, tried));
  }

  /** The microphone that is open. */
  get microphone(): Microphone | undefined {
    return this.#microphone;
  }

  get paused(): boolean {
    return this.#paused;
  }

  async pause(): Promise<void> {
    this.#paused = true;
    await this.#microphone?.pause();
  }

  async resume(): Promise<void> {
    this.#paused = false;
    try {
      await this.#microphone?.resume();
    } catch (thrown) {
      this.#end(thrown);
    }
  }

  /** Switches to another classifier, also for later microphones. Rejects, and changes nothing, if that fails. */
  async use(classifier: Classifier, settings: StreamOptions): Promise<void> {
    const microphone = this.#microphone;
    if (!microphone) {
      // One that is being opened has the other classifier, which may be closed next.
      this.#options = { ...this.#options, classifier, settings };
      this.#end(REOPEN);
      return;
    }
    try {
      await microphone.use(classifier);
    } catch (thrown) {
      // If it was closed in the meantime, the next microphone starts with the new classifier.
      if (microphone.state !== "closed") throw thrown;
    }
    this.#options = { ...this.#options, classifier };
    await this.adjust(settings);
  }

  /** Changes the settings, also for later microphones. */
  async adjust(settings: StreamOptions): Promise<void> {
    if (areEqual(settings, this.#options.settings)) return;
    this.#options = { ...this.#options, settings };
    const microphone = this.#microphone;
    try {
      await microphone?.adjust(settings);
    } catch (thrown) {
      // If it was closed in the meantime, the next microphone starts with these settings.
      if (microphone?.state !== "closed") throw thrown;
    }
  }

  /** Switches to another microphone; `undefined` for the system default. Returns whether it is another one. */
  useDevice(deviceId: string | undefined): boolean {
    if (deviceId === this.#options.deviceId || this.#options.media) return false;
    this.#options = { ...this.#options, deviceId };
    this.#end(REOPEN);
    return true;
  }

  /** The last seconds of sound, if a microphone is open. */
  async recent(seconds: number): Promise<Recording | undefined> {
    return this.#microphone?.recent(seconds).catch(() => undefined);
  }

  async #run(signal: AbortSignal, tried: () => void): Promise<void> {
    try {
      while (!signal.aborted) {
        const why = await this.#hold(signal, tried);
        if (signal.aborted) return;
        if (why === REOPEN) continue;
        if (!(why instanceof SoundError && mayPass(why.code))) throw why;
        this.#events.waiting(why, this.#worked);
        tried();
        await untilRetry(why.code, signal);
      }
    } catch (thrown) {
      if (!signal.aborted) this.#events.failed(thrown);
    } finally {
      tried();
    }
  }

  /** Holds one microphone until it ends, and returns the reason. */
  async #hold(signal: AbortSignal, tried: () => void): Promise<unknown> {
    const over = new AbortController();
    const { settings } = this.#options;
    const ended = new Promise<unknown>((resolve) => (this.#end = resolve));
    signal.addEventListener("abort", () => this.#end(undefined), { signal: over.signal });
    try {
      const opening = this.#open(over.signal);
      const microphone = await Promise.race([opening, ended]);
      // It ended while opening: close the microphone if it opens after all.
      if (!isMicrophone(microphone)) {
        void opening.then((late) => late.close()).catch(() => undefined);
        return microphone;
      }
      this.#microphone = microphone;
      this.#worked = true;
      // The settings may have changed while it was being opened.
      if (this.#options.settings !== settings) await microphone.adjust(this.#options.settings);
      if (this.#paused) await microphone.pause();
      this.#watch(microphone, over.signal);
      this.#events.opened(microphone);
      if (this.#fellBack) {
        this.#events.fellBack();
        this.#returnToChosen(over.signal);
      }
      // Muted from the start: that was reported before there was a microphone.
      if (microphone.state === "paused" && !this.#paused) this.#events.troubled(new SoundError("interrupted", ""));
      tried();
      return await ended;
    } catch (thrown) {
      return thrown;
    } finally {
      over.abort();
      void this.#microphone?.close();
      this.#microphone = undefined;
    }
  }

  /** Opens the chosen microphone instead of the default one once it is connected. */
  #returnToChosen(signal: AbortSignal): void {
    const { mediaDevices } = navigator;
    const look = async () => {
      const devices = await mediaDevices.enumerateDevices();
      if (!signal.aborted && devices.some(({ deviceId }) => deviceId === this.#options.deviceId)) this.#end(REOPEN);
    };
    mediaDevices.addEventListener("devicechange", () => void look().catch(() => undefined), { signal });
  }

  async #open(signal: AbortSignal): Promise<Microphone> {
    const { deviceId } = this.#options;
    this.#fellBack = false;
    try {
      return await this.#listen(signal, deviceId);
    } catch (thrown) {
      const gone = thrown instanceof SoundError && thrown.code === "no-microphone";
      if (!gone || deviceId === undefined || signal.aborted) throw thrown;
      this.#fellBack = true;
      return this.#listen(signal, undefined);
    }
  }

  async #listen(signal: AbortSignal, deviceId: string | undefined): Promise<Microphone> {
    const { classifier, settings, media } = this.#options;
    const end = this.#end;
    // A microphone that is ended while it opens may still report an update or an error, which belongs to nobody then.
    let microphone: Microphone | undefined;
    const update = (update: Update) => microphone && this.#events.update(update, microphone);
    microphone = await listen(update, {
      ...settings,
      ...(media ? { mediaStream: media } : deviceId !== undefined && { deviceId }),
      classifier,
      signal,
      onFrame: (frame) => this.#events.frame(frame),
      onWarning: ({ code, channel }) => code === "channel-taken" && this.#events.channelTaken(channel ?? 1),
      onError: (error) => {
        if (microphone?.state === "closed") end(error);
        else if (microphone) this.#events.troubled(error);
      },
    });
    return microphone;
  }

  /** The system may interrupt the microphone; some systems resume only when asked. */
  #watch(microphone: Microphone, over: AbortSignal): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lookAfter = (wait: number) => {
      timer = setTimeout(async () => {
        const interrupted = microphone.state === "paused" && !this.#paused;
        if (interrupted) await microphone.resume().catch(() => undefined);
        if (!over.aborted) lookAfter(interrupted ? Math.min(2 * wait, LONGEST_RESUME_MS) : RESUME_MS);
      }, wait);
    };
    // Added once, not at every check: hours of listening must not collect listeners.
    over.addEventListener("abort", () => clearTimeout(timer), { once: true });
    lookAfter(RESUME_MS);
  }
}

function areEqual(one: StreamOptions, other: StreamOptions): boolean {
  const names = Object.keys({ ...one, ...other }) as (keyof StreamOptions)[];
  return names.every((name) => one[name] === other[name]);
}

function isMicrophone(value: unknown): value is Microphone {
  return typeof value === "object" && value !== null && "pause" in value;
}
