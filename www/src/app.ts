// Wires the page together while it listens to the microphone, or to a sample:
// one thing at a time (listening or recording), and each new one ends the one before it.

import type { Classifier, ModelInfo, Recording, SoundError, Update } from "sourcing-sound";
import { Absence } from "./listen/absence.js";
import { Alerts } from "./listen/alerts.js";
import { Buttons, type State } from "./listen/buttons.js";
import { Clip } from "./listen/clip.js";
import { Devices } from "./listen/devices.js";
import type { Log } from "./listen/log.js";
import { PlayingSample } from "./listen/playing-sample.js";
import { Quiet } from "./listen/quiet.js";
import { ReconnectingMicrophone, type MicrophoneEvents } from "./listen/reconnecting-microphone.js";
import { record, recordingSeconds } from "./listen/recording.js";
import { SampleButtons } from "./listen/sample-buttons.js";
import type { Sample } from "./listen/samples.js";
import { SettingsPanel } from "./listen/settings-panel.js";
import { SoundList } from "./listen/sound-list.js";
import { Stage } from "./listen/stage.js";
import { WakeLock } from "./listen/wake-lock.js";
import { ActiveModel } from "./models/active-model.js";
import type { SettingsStore } from "./settings.js";
import { overall, toParts } from "./sound/parts.js";
import { listenTexts, texts } from "./texts/index.js";
import { byId } from "./ui/dom.js";
import { clock, short } from "./ui/format.js";
import { Notice } from "./ui/notice.js";

export interface AppParts {
  settings: SettingsStore;
  /** Keeps the events. */
  log: Log;
  /** Told of every model that comes into use. */
  described(info: ModelInfo): void;
}

export class App {
  readonly #parts: AppParts;
  readonly #main = byId("app", HTMLElement);
  readonly #stage = new Stage();
  readonly #notice: Notice;
  readonly #list = new SoundList();
  readonly #clip = new Clip(this.#stage.picture);
  readonly #wakeLock = new WakeLock();
  readonly #alerts: Alerts;
  readonly #devices: Devices;
  readonly #panel: SettingsPanel;
  readonly #buttons: Buttons;
  readonly #samples: SampleButtons;
  readonly #model = new ActiveModel((info) => this.#describe(info));
  #state: State = "loading";
  #microphone: ReconnectingMicrophone | undefined;
  /** The sample that plays in place of the microphone. */
  #sample: PlayingSample | undefined;
  #processedSeconds: number | undefined;
  #shown: Recording | undefined;
  #work: Promise<void> = Promise.resolve();
  #task: AbortController | undefined;
  /** Work of others that uses a classifier. */
  #borrowed: Promise<void> = Promise.resolve();
  #troubled = false;

  constructor(parts: AppParts, notice: Notice) {
    this.#parts = parts;
    this.#notice = notice;
    const { settings } = parts;
    this.#alerts = new Alerts(() => settings.all.alerts);
    this.#buttons = new Buttons({
      listen: () => void this.#listen(),
      record: () => void this.#record(),
      stop: () => this.#stop(),
      pause: () => void this.#pause(),
      resume: () => void this.#resume(),
    });
    this.#samples = new SampleButtons({
      play: (sample) => void this.#listen(sample),
      stop: () => this.#stop(),
    });
    this.#devices = new Devices(
      () => settings.all.deviceId,
      (deviceId) => {
        settings.change({ deviceId });
        this.#microphone?.useDevice(deviceId);
      },
    );
    this.#panel = new SettingsPanel(settings, {
      stream: (options) => void this.#microphone?.adjust(options).catch((thrown: unknown) => this.#notice.fail(thrown)),
      wakeLock: (wanted) => this.#wakeLock.want(wanted && this.#microphone !== undefined),
    });
    new Absence(
      () => (this.#state === "listening" ? this.#processedSeconds : undefined),
      (seconds) => this.#notice.remark(listenTexts.missed(clock(seconds))),
    );
    this.#setState("loading");
    this.#stage.wait("", texts.loading);
  }

  /** Loads the model, so that the first click is answered at once. */
  async start(): Promise<void> {
    await this.#run("loading", async (signal) => {
      await this.#model.load();
      if (!signal.aborted) this.#rest();
    });
  }

  /** The classifier of now; the first is loaded when it is not there yet. */
  classifier(): Promise<Classifier> {
    return this.#model.load();
  }

  /** Keeps the classifier of now alive as long as `work` needs it, whatever is chosen meanwhile. */
  during(work: Promise<void>): void {
    this.#borrowed = Promise.allSettled([this.#borrowed, work]).then(() => undefined);
  }

  /** The last seconds of sound, if a microphone is open. */
  async recent(seconds: number): Promise<Recording | undefined> {
    return this.#microphone?.recent(seconds);
  }

  /**
   * Lets another classifier listen, from now on if the microphone is open, and classifies again what is shown. The one
   * before it is closed; it goes on when the microphone cannot be handed over.
   */
  async adopt(classifier: Classifier): Promise<void> {
    await this.#settled();
    const settings = this.#parts.settings.streamOf(classifier.info.name);
    const handOver = this.#microphone && ((next: Classifier) => this.#microphone?.use(next, settings));
    const before = await this.#model.replace(classifier, handOver);
    this.#describe(classifier.info);
    if (this.#microphone) this.#beginLog(classifier.info);
    void Promise.all([this.#settled(), this.#borrowed]).then(() => before?.close());
    if (this.#state === "result" && this.#shown) void this.#judgeAgain(this.#shown);
  }

  /** Listens through the microphone, or to a sample in its place. */
  async #listen(sample?: Sample): Promise<void> {
    this.#buttons.begin(sample ? "sample" : "listen");
    await this.#run("starting", async (signal) => {
      // Before anything is waited for: browsers start no sound after it.
      const playing = sample && this.#play(sample, signal);
      this.#main.dataset["source"] = playing ? "sample" : "microphone";
      this.#stage.wait(this.#source, texts.starting);
      const classifier = await this.#model.load();
      signal.throwIfAborted();
      const { settings } = this.#parts;
      const options = {
        classifier,
        settings: settings.streamOf(classifier.info.name),
        deviceId: settings.all.deviceId,
        ...(playing && { media: playing.media }),
      };
      this.#stage.picture.beginLive(classifier.info);
      const microphone = new ReconnectingMicrophone(options, this.#microphoneEvents(signal));
      this.#microphone = microphone;
      signal.addEventListener("abort", () => this.#leave(microphone), { once: true });
      this.#beginLog(classifier.info);
      await microphone.start(signal);
    });
  }

  /** Lets the sample sound until `signal` says stop. */
  #play(sample: Sample, signal: AbortSignal): PlayingSample {
    const playing = new PlayingSample(sample);
    this.#sample = playing;
    this.#samples.show(sample);
    const end = () => {
      playing.close();
      this.#sample = undefined;
      this.#samples.show(undefined);
    };
    signal.addEventListener("abort", end, { once: true });
    return playing;
  }

  /** Where the sound comes from, in words. */
  get #source(): string {
    return this.#sample ? texts.fromSample(texts.samples[this.#sample.sample.id]) : texts.fromMicrophone;
  }

  /** What the page plays itself is not for the history. */
  #beginLog(info: ModelInfo): void {
    if (!this.#sample) this.#parts.log.begin(info);
  }

  #microphoneEvents(signal: AbortSignal): MicrophoneEvents {
    let dropped = 0;
    let quiet = new Quiet();
    const unlessOver =
      <A extends unknown[]>(tell: (...args: A) => void) =>
      (...args: A) => {
        if (!signal.aborted) tell(...args);
      };
    return {
      opened: unlessOver((microphone) => {
        dropped = 0;
        quiet = new Quiet();
        this.#notice.clear();
        void this.#devices.refresh();
        // One that was lost while it was paused comes back paused.
        if (this.#microphone?.paused) this.#showPaused();
        else this.#showListening();
        const { processing } = microphone;
        if (processing.length > 0 && !this.#sample) this.#notice.remark(texts.processed(processing.join(", ")));
      }),
      update: unlessOver((update, { sampleRate, info }) => {
        this.#show(update, quiet, info);
        if (update.dropped > dropped) this.#notice.remark(texts.lost(short(update.dropped / sampleRate)));
        dropped = update.dropped;
      }),
      frame: unlessOver((frame) => {
        this.#processedSeconds = frame.time;
        quiet.frame(frame.time, frame.level);
        this.#stage.frame(frame);
      }),
      troubled: unlessOver((error) => {
        this.#troubled = true;
        this.#notice.fail(error);
      }),
      waiting: unlessOver((error, again) => this.#wait(error, again)),
      fellBack: unlessOver(() => this.#notice.remark(listenTexts.fellBack)),
      failed: unlessOver((thrown) => this.#fail(thrown)),
    };
  }

  #show(update: Update, quiet: Quiet, { segmentSeconds }: ModelInfo): void {
    if (this.#troubled) this.#notice.clear();
    this.#troubled = false;
    const isQuiet = quiet.since(segmentSeconds);
    const events = quiet.sounds(update.events, isQuiet);
    this.#stage.answer(update, isQuiet);
    this.#list.update(events, update.groups);
    if (this.#sample) return;
    this.#parts.log.update({ ...update, events });
    this.#alerts.take(events);
  }

  /** No microphone for now. Until one has worked, the user may want to start again. */
  #wait(error: SoundError, again: boolean): void {
    this.#processedSeconds = undefined;
    this.#parts.log.end();
    this.#stage.quieten();
    this.#notice.fail(error);
    this.#setState(again ? "waiting" : "error");
    if (again) this.#stage.wait(this.#source, listenTexts.waiting, listenTexts.waitingDetail);
    else this.#stage.wait("", texts.failed);
  }

  async #pause(): Promise<void> {
    const microphone = this.#microphone;
    if (!microphone || this.#state !== "listening") return;
    await Promise.all([microphone.pause(), this.#sample?.pause()]);
    if (microphone !== this.#microphone) return;
    this.#processedSeconds = undefined;
    this.#parts.log.end();
    this.#stage.hold();
    this.#showPaused();
  }

  #showPaused(): void {
    this.#wakeLock.want(false);
    const detail = this.#sample ? listenTexts.pausedSample : listenTexts.pausedDetail;
    this.#stage.wait(this.#source, listenTexts.paused, detail);
    this.#setState("paused");
  }

  #showListening(): void {
    this.#wakeLock.want(this.#parts.settings.all.wakeLock);
    this.#stage.listen(this.#source, this.#sample === undefined);
    this.#setState("listening");
  }

  async #resume(): Promise<void> {
    const microphone = this.#microphone;
    if (!microphone || this.#state !== "paused") return;
    this.#beginLog((await this.#model.load()).info);
    this.#showListening();
    await Promise.all([microphone.resume(), this.#sample?.resume()]);
  }

  async #record(): Promise<void> {
    this.#buttons.begin("record");
    await this.#run("starting", async (signal) => {
      this.#main.dataset["source"] = "microphone";
      this.#stage.wait(this.#source, texts.starting);
      const classifier = await this.#model.load();
      const seconds = recordingSeconds(classifier.info);
      this.#stage.picture.beginRecording(classifier.info, seconds);
      const recording = await record(classifier, seconds, {
        signal,
        deviceId: this.#parts.settings.all.deviceId,
        began: () => {
          this.#setState("recording");
          this.#stage.wait(this.#source, texts.recording, texts.secondsLeft(seconds.toFixed(1)));
        },
        frame: (frame, time) => this.#stage.recordingFrame(frame, time, seconds),
        troubled: (error) => this.#notice.fail(error),
      });
      this.#setState("working");
      await this.#judge(classifier, recording, signal);
    });
  }

  /** Shows what a recording holds; it can be played and kept as a file. */
  async #judge(classifier: Classifier, recording: Recording, signal: AbortSignal): Promise<void> {
    const { pcm, sampleRate } = recording;
    const predictions = await classifier.classify(pcm, sampleRate, { signal });
    const columns = await classifier.logMel(pcm, sampleRate);
    if (signal.aborted) return;
    this.#setState("result");
    this.#stage.showRecording(classifier.info, recording, columns, overall(predictions));
    this.#list.showParts(toParts(predictions));
    this.#clip.show(recording, "recording.wav");
    this.#shown = recording;
  }

  /** Until no work is under way that needs the classifier with which it began. An open microphone is no such work. */
  async #settled(): Promise<void> {
    let work: Promise<void>;
    do {
      work = this.#work;
      await work;
    } while (work !== this.#work);
  }

  async #judgeAgain(recording: Recording): Promise<void> {
    await this.#run("working", async (signal) => {
      await this.#judge(await this.#model.load(), recording, signal);
    });
  }

  #describe(info: ModelInfo): void {
    this.#stage.describe(info);
    this.#list.describe(info);
    this.#panel.describe(info);
    this.#buttons.describe(short(recordingSeconds(info)));
    this.#parts.described(info);
  }

  /** Ends what is going on and does `work` instead; its signal tells it when it is ended in turn. */
  #run(state: State, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#work = this.#do(state, work);
    return this.#work;
  }

  async #do(state: State, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#task?.abort();
    const task = new AbortController();
    this.#task = task;
    this.#clip.clear();
    this.#stage.quieten();
    this.#notice.clear();
    if (state === "starting") this.#list.beginLive();
    this.#setState(state);
    try {
      await work(task.signal);
    } catch (thrown) {
      if (!task.signal.aborted) this.#fail(thrown);
    }
  }

  #leave(microphone: ReconnectingMicrophone): void {
    if (this.#microphone !== microphone) return;
    this.#microphone = undefined;
    this.#processedSeconds = undefined;
    this.#wakeLock.want(false);
    this.#parts.log.end();
  }

  #fail(thrown: unknown): void {
    this.#task?.abort();
    this.#stage.quieten();
    this.#notice.fail(thrown);
    this.#setState("error");
    this.#stage.wait("", texts.failed);
  }

  #stop(): void {
    this.#task?.abort();
    this.#notice.clear();
    this.#rest();
  }

  #rest(): void {
    this.#stage.quieten();
    this.#stage.wait("", texts.ready);
    this.#setState("idle");
  }

  #setState(state: State): void {
    this.#state = state;
    this.#main.dataset["state"] = state;
    this.#buttons.show(state);
  }
}
