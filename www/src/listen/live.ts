// One session of live listening, from start to stop. The input is the microphone, or a sample in its place; it can be
// paused and resumed, and a lost microphone is opened again. Updates go to the stage, the list, the history and alerts.

import type { Classifier, ModelInfo, Recording, SoundError, StreamOptions, Update } from "sourcing-sound";
import type { Log } from "../late/log.js";
import type { SettingsStore } from "../settings.js";
import { listenTexts, texts } from "../texts/index.js";
import { short } from "../ui/format.js";
import type { Notice } from "../ui/notice.js";
import type { Alerts } from "./alerts.js";
import type { State } from "./buttons.js";
import type { Muted } from "./muted.js";
import type { PlayingSample } from "./playing-sample.js";
import { Quiet } from "./quiet.js";
import { type MicrophoneEvents, ReconnectingMicrophone } from "./reconnecting-microphone.js";
import type { Sample } from "./samples.js";
import type { SoundList } from "./sound-list.js";
import type { Stage } from "./stage.js";
import type { WakeLock } from "./wake-lock.js";

export interface LiveParts {
  settings: SettingsStore;
  notice: Notice;
  log: Log;
  wakeLock: WakeLock;
  muted: Muted;
  /** Once its script is loaded. An event is in every update while it lasts, so none is missed. */
  alerts(): Alerts | undefined;
  stage: Stage;
  list: SoundList;
  /** A microphone was opened. */
  opened(): void;
  /** An answer is shown; `undefined` if it is too quiet for one. The update is the whole one, with what is muted. */
  answered(update: Update | undefined): void;
  changed(state: State): void;
  /** The session has ended with an error. */
  failed(thrown: unknown): void;
}

/** The name of the input. */
export function sourceWords(sample: Sample | undefined): string {
  return sample ? texts.fromSample(texts.samples[sample.id]) : texts.fromMicrophone;
}

export class LiveSession {
  readonly #parts: LiveParts;
  readonly #sample: PlayingSample | undefined;
  readonly #signal: AbortSignal;
  readonly #source: string;
  readonly #microphone: ReconnectingMicrophone;
  #quiet = new Quiet();
  /** Number of samples lost since the microphone was opened. */
  #dropped = 0;
  #troubled = false;
  /** The sound analysis has crashed, and what was lost meanwhile has not been reported yet. */
  #crashed = false;
  /** The notice about the channels of the microphone that is being opened. */
  #remark: string | undefined;
  #processedSeconds: number | undefined;

  /** The session lasts until `signal` aborts. With `sample`, that is the input instead of the microphone. */
  constructor(classifier: Classifier, sample: PlayingSample | undefined, parts: LiveParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#sample = sample;
    this.#signal = signal;
    this.#source = sourceWords(sample?.sample);
    const { settings, stage } = parts;
    const options = {
      classifier,
      settings: settings.streamOf(classifier.info.name),
      deviceId: settings.all.deviceId,
      ...(sample && { media: sample.media }),
    };
    stage.picture.beginLive(classifier.info);
    this.#microphone = new ReconnectingMicrophone(options, this.#events());
    signal.addEventListener("abort", () => this.#end(), { once: true });
    this.beginLog(classifier.info);
  }

  /** Resolves after the first attempt to open the microphone, whether it worked or not. */
  start(): Promise<void> {
    return this.#microphone.start(this.#signal);
  }

  /** Seconds of sound processed since the microphone was opened. */
  get processedSeconds(): number | undefined {
    return this.#processedSeconds;
  }

  /** The last seconds of sound, if a microphone is open. */
  recent(seconds: number): Promise<Recording | undefined> {
    return this.#microphone.recent(seconds);
  }

  /** Switches to another classifier. Rejects, and changes nothing, if the microphone cannot switch. */
  use(classifier: Classifier): Promise<void> {
    return this.#microphone.use(classifier, this.#parts.settings.streamOf(classifier.info.name));
  }

  adjust(options: StreamOptions): Promise<void> {
    return this.#microphone.adjust(options);
  }

  useDevice(deviceId: string | undefined): void {
    if (this.#microphone.useDevice(deviceId)) this.#endEvents();
  }

  /** A sample does not go into the history. */
  beginLog(info: ModelInfo): void {
    if (!this.#sample) this.#parts.log.begin(info);
  }

  async pause(): Promise<void> {
    await Promise.all([this.#microphone.pause(), this.#sample?.pause()]);
    if (this.#signal.aborted) return;
    this.#processedSeconds = undefined;
    this.#parts.log.end();
    this.#parts.stage.hold();
    this.#showPaused();
  }

  async resume(info: ModelInfo): Promise<void> {
    if (this.#signal.aborted) return;
    this.beginLog(info);
    this.#showListening();
    await Promise.all([this.#microphone.resume(), this.#sample?.resume()]);
  }

  #events(): MicrophoneEvents {
    const { notice, stage, opened, failed } = this.#parts;
    const unlessOver =
      <A extends unknown[]>(report: (...args: A) => void) =>
      (...args: A) => {
        if (!this.#signal.aborted) report(...args);
      };
    return {
      opened: unlessOver(({ processing }) => {
        this.#dropped = 0;
        this.#parts.alerts()?.begin();
        this.#quiet = new Quiet();
        notice.clear();
        opened();
        // A microphone that was lost while paused comes back paused.
        if (this.#microphone.paused) this.#showPaused();
        else this.#showListening();
        if (processing.length > 0 && !this.#sample) notice.remark(texts.processed(processing.join(", ")));
        if (this.#remark !== undefined) notice.remark(this.#remark);
        this.#remark = undefined;
      }),
      update: unlessOver((update, { sampleRate, info }) => {
        // An answer that was on its way when the user paused must not replace what the pause shows.
        if (this.#microphone.paused) return;
        this.#show(update, info);
        this.#sayLost(update.dropped, sampleRate);
      }),
      frame: unlessOver((frame) => {
        if (this.#microphone.paused) return;
        this.#processedSeconds = frame.time;
        this.#quiet.frame(frame.time, frame.level);
        stage.frame(frame);
      }),
      channelTaken: unlessOver((channel) => {
        // It may come before the microphone counts as opened.
        this.#remark = listenTexts.channelTaken(channel);
        notice.remark(this.#remark);
      }),
      troubled: unlessOver((error) => {
        this.#troubled = true;
        this.#crashed ||= error.code === "worker-crashed";
        if (error.code === "interrupted") stage.still();
        notice.fail(error);
      }),
      waiting: unlessOver((error, again) => this.#wait(error, again)),
      fellBack: unlessOver(() => notice.remark(listenTexts.fellBack)),
      failed: unlessOver(failed),
    };
  }

  #show(all: Update, info: ModelInfo): void {
    const { notice, settings, muted, stage, list, log, alerts, answered } = this.#parts;
    const update = muted.without(all, info, settings.streamOf(info.name).rejectionThreshold);
    if (this.#troubled) notice.clear();
    this.#troubled = false;
    const isQuiet = this.#quiet.since(info.segmentSeconds);
    const events = this.#quiet.sounds(update.events, isQuiet);
    stage.answer(update, isQuiet);
    list.update({ ...update, events });
    answered(isQuiet ? undefined : all);
    if (this.#sample) return;
    log.update({ ...update, events });
    alerts()?.take(events);
  }

  /** `dropped`: samples since the microphone was opened. */
  #sayLost(dropped: number, sampleRate: number): void {
    if (dropped > this.#dropped) {
      const words = this.#crashed ? listenTexts.lostInCrash : texts.lost;
      this.#parts.notice.remark(words(short(dropped / sampleRate)));
      this.#crashed = false;
    }
    this.#dropped = dropped;
  }

  /** There is no microphone for now. `again`: there was one before, so it counts as waiting and not as an error. */
  #wait(error: SoundError, again: boolean): void {
    const { stage, notice, changed } = this.#parts;
    this.#end();
    stage.quieten();
    notice.fail(error);
    changed(again ? "waiting" : "error");
    if (again) stage.wait(this.#source, listenTexts.waiting, listenTexts.waitingDetail);
    else stage.wait("", texts.failed);
  }

  #showPaused(): void {
    const { wakeLock, stage, changed } = this.#parts;
    wakeLock.want(false);
    const detail = this.#sample ? listenTexts.pausedSample : listenTexts.pausedDetail;
    stage.wait(this.#source, listenTexts.paused, detail);
    changed("paused");
  }

  #showListening(): void {
    const { wakeLock, stage, settings, changed } = this.#parts;
    wakeLock.want(settings.all.wakeLock);
    stage.listen(this.#source, this.#sample === undefined);
    changed("listening");
  }

  /** No microphone is open: nothing keeps the screen on. */
  #end(): void {
    this.#processedSeconds = undefined;
    this.#parts.wakeLock.want(false);
    this.#endEvents();
  }

  /** The next microphone counts its time from zero. */
  #endEvents(): void {
    this.#parts.log.end();
    this.#parts.list.end();
  }
}
