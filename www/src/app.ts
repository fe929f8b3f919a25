// The page's conductor of what is heard through the microphone: one thing at a
// time (listening or recording), and each new one ends the one before it.

import type { Classifier, ModelInfo, Recording, SoundError } from "sourcing-sound";
import { byId } from "./dom.js";
import { clock, short } from "./format.js";
import { Absence } from "./listening/absence.js";
import { Alerts } from "./listening/alerts.js";
import { Keeper, type KeeperEvents } from "./listening/keeper.js";
import type { Log } from "./listening/log.js";
import { record } from "./listening/record.js";
import type { SettingsStore } from "./listening/settings.js";
import { WakeLock } from "./listening/wake-lock.js";
import { ActiveModel } from "./models/active.js";
import { overall, toParts } from "./sound/parts.js";
import type { State } from "./state.js";
import { listenTexts, texts } from "./texts/index.js";
import { Announcer } from "./view/announcer.js";
import { Bars } from "./view/bars.js";
import { Buttons } from "./view/buttons.js";
import { Clip } from "./view/clip.js";
import { Devices } from "./view/devices.js";
import { HeardList } from "./view/heard-list.js";
import { LevelHint } from "./view/level-hint.js";
import { Meter } from "./view/meter.js";
import { Notice } from "./view/notice.js";
import { Picture } from "./view/picture.js";
import { SettingsPanel } from "./view/settings.js";
import { Verdict } from "./view/verdict.js";

/** A recording lasts this long at least, in seconds, however little the model hears at once. */
const MIN_RECORDING_SECONDS = 4;

export interface AppParts {
  settings: SettingsStore;
  /** Keeps the events that are heard. */
  log: Log;
  /** Told of every model that comes into use. */
  described(info: ModelInfo): void;
}

export class App {
  readonly #parts: AppParts;
  readonly #main = byId("app", HTMLElement);
  readonly #announcer = new Announcer();
  readonly #verdict = new Verdict(this.#announcer);
  readonly #picture = new Picture();
  readonly #meter = new Meter();
  readonly #hint = new LevelHint();
  readonly #bars = new Bars();
  readonly #notice: Notice;
  readonly #heard = new HeardList();
  readonly #clip = new Clip(this.#picture);
  readonly #wakeLock = new WakeLock();
  readonly #alerts: Alerts;
  readonly #devices: Devices;
  readonly #panel: SettingsPanel;
  readonly #buttons: Buttons;
  readonly #model = new ActiveModel((info) => this.#describe(info));
  #state: State = "loading";
  #keeper: Keeper | undefined;
  #heardSeconds: number | undefined;
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
    this.#devices = new Devices(
      () => settings.all.deviceId,
      (deviceId) => {
        settings.change({ deviceId });
        this.#keeper?.useDevice(deviceId);
      },
    );
    this.#panel = new SettingsPanel(settings, {
      stream: (options) => void this.#keeper?.adjust(options).catch((thrown: unknown) => this.#notice.fail(thrown)),
      wakeLock: (wanted) => this.#wakeLock.want(wanted && this.#keeper !== undefined),
    });
    new Absence(
      () => (this.#state === "listening" ? this.#heardSeconds : undefined),
      (seconds) => this.#notice.remark(listenTexts.missed(clock(seconds))),
    );
    this.#setState("loading");
    this.#verdict.wait("", texts.loading);
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

  /** The last seconds of what is heard, where something is. */
  async recent(seconds: number): Promise<Recording | undefined> {
    return this.#keeper?.recent(seconds);
  }

  /**
   * Lets another classifier listen, from now on if the microphone is open, and judges anew what is shown. The one
   * before it is closed; it goes on when the microphone cannot be handed over.
   */
  async adopt(classifier: Classifier): Promise<void> {
    await this.#settled();
    const settings = this.#parts.settings.streamOf(classifier.info.name);
    const handOver = this.#keeper && ((next: Classifier) => this.#keeper?.use(next, settings));
    const before = await this.#model.replace(classifier, handOver);
    this.#describe(classifier.info);
    if (this.#keeper) this.#parts.log.begin(classifier.info);
    void Promise.all([this.#settled(), this.#borrowed]).then(() => before?.close());
    if (this.#state === "result" && this.#shown) void this.#judgeAgain(this.#shown);
  }

  async #listen(): Promise<void> {
    this.#buttons.begin("listen");
    await this.#run("starting", async (signal) => {
      this.#verdict.wait(texts.fromMicrophone, texts.starting);
      const classifier = await this.#model.load();
      signal.throwIfAborted();
      const { settings } = this.#parts;
      const options = {
        classifier,
        settings: settings.streamOf(classifier.info.name),
        deviceId: settings.all.deviceId,
      };
      this.#picture.beginLive(classifier.info);
      const keeper = new Keeper(options, this.#keeperEvents(signal));
      this.#keeper = keeper;
      signal.addEventListener("abort", () => this.#leave(keeper), { once: true });
      this.#parts.log.begin(classifier.info);
      await keeper.start(signal);
    });
  }

  #keeperEvents(signal: AbortSignal): KeeperEvents {
    let dropped = 0;
    const unlessOver =
      <A extends unknown[]>(tell: (...args: A) => void) =>
      (...args: A) => {
        if (!signal.aborted) tell(...args);
      };
    return {
      opened: unlessOver((microphone) => {
        dropped = 0;
        this.#notice.clear();
        void this.#devices.refresh();
        // One that was lost while it was paused comes back paused.
        if (this.#keeper?.paused) this.#showPaused();
        else this.#showListening();
        const { processing } = microphone;
        if (processing.length > 0) this.#notice.remark(texts.processed(processing.join(", ")));
      }),
      update: unlessOver((update, { sampleRate }) => {
        if (this.#troubled) this.#notice.clear();
        this.#troubled = false;
        this.#verdict.judge(texts.fromMicrophone, update);
        this.#bars.show(update.categories, update.groups);
        this.#heard.update(update.events, update.groups);
        this.#parts.log.update(update);
        this.#alerts.heard(update.events);
        if (update.dropped > dropped) this.#notice.remark(texts.lost(short(update.dropped / sampleRate)));
        dropped = update.dropped;
      }),
      frame: unlessOver((frame) => {
        this.#heardSeconds = frame.time;
        this.#picture.append(frame.columns);
        this.#meter.show(frame.level);
        this.#hint.show(frame.level);
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

  /** No microphone for now. Until one had been heard, the person may want to begin anew. */
  #wait(error: SoundError, again: boolean): void {
    this.#heardSeconds = undefined;
    this.#parts.log.end();
    this.#meter.clear();
    this.#hint.clear();
    this.#bars.clear();
    this.#announcer.reset();
    this.#notice.fail(error);
    if (again) this.#verdict.wait(texts.fromMicrophone, listenTexts.waiting, listenTexts.waitingDetail);
    else this.#verdict.wait("", texts.failed);
    this.#setState(again ? "waiting" : "error");
  }

  async #pause(): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper || this.#state !== "listening") return;
    await keeper.pause();
    if (keeper !== this.#keeper) return;
    this.#heardSeconds = undefined;
    this.#parts.log.end();
    this.#meter.clear();
    this.#hint.clear();
    this.#announcer.reset();
    this.#showPaused();
  }

  #showPaused(): void {
    this.#wakeLock.want(false);
    this.#verdict.wait(texts.fromMicrophone, listenTexts.paused, listenTexts.pausedDetail);
    this.#setState("paused");
  }

  #showListening(): void {
    this.#hint.begin();
    this.#wakeLock.want(this.#parts.settings.all.wakeLock);
    this.#verdict.wait(texts.fromMicrophone, texts.listening);
    this.#setState("listening");
  }

  async #resume(): Promise<void> {
    const keeper = this.#keeper;
    if (!keeper || this.#state !== "paused") return;
    this.#parts.log.begin((await this.#model.load()).info);
    this.#showListening();
    await keeper.resume();
  }

  async #record(): Promise<void> {
    this.#buttons.begin("record");
    await this.#run("starting", async (signal) => {
      this.#verdict.wait(texts.fromMicrophone, texts.starting);
      const classifier = await this.#model.load();
      const seconds = recordingSeconds(classifier.info);
      this.#picture.beginRecording(classifier.info, seconds);
      const recording = await record(classifier, seconds, {
        signal,
        deviceId: this.#parts.settings.all.deviceId,
        began: () => {
          this.#setState("recording");
          this.#verdict.wait(texts.fromMicrophone, texts.recording, texts.secondsLeft(seconds.toFixed(1)));
        },
        frame: (frame, time) => {
          this.#picture.append(frame.columns);
          this.#meter.show(frame.level);
          this.#picture.setProgress(time / seconds);
          this.#verdict.setDetail(texts.secondsLeft(Math.max(0, seconds - time).toFixed(1)));
        },
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
    const seconds = pcm.length / sampleRate;
    const answer = overall(predictions);
    this.#picture.showRecording(classifier.info, columns, seconds);
    this.#heard.showParts(toParts(predictions));
    this.#clip.show(recording, "recording.wav");
    this.#shown = recording;
    this.#setState("result");
    this.#verdict.judge(`${texts.fromRecording} · ${short(seconds)} s`, answer);
    this.#bars.show(answer.categories, answer.groups);
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
    this.#picture.describe(info);
    this.#heard.describe(info);
    this.#bars.describe(info);
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
    this.#quieten();
    this.#notice.clear();
    this.#picture.setHint(undefined);
    if (state === "starting") this.#heard.beginLive();
    this.#setState(state);
    try {
      await work(task.signal);
    } catch (thrown) {
      if (!task.signal.aborted) this.#fail(thrown);
    }
  }

  #leave(keeper: Keeper): void {
    if (this.#keeper !== keeper) return;
    this.#keeper = undefined;
    this.#heardSeconds = undefined;
    this.#wakeLock.want(false);
    this.#parts.log.end();
  }

  #fail(thrown: unknown): void {
    this.#task?.abort();
    this.#quieten();
    this.#verdict.wait("", texts.failed);
    this.#notice.fail(thrown);
    this.#setState("error");
  }

  #stop(): void {
    this.#task?.abort();
    this.#notice.clear();
    this.#rest();
  }

  #rest(): void {
    this.#quieten();
    this.#picture.setHint(texts.hint);
    this.#verdict.wait("", texts.ready);
    this.#setState("idle");
  }

  /** Nothing is heard. */
  #quieten(): void {
    this.#meter.clear();
    this.#hint.clear();
    this.#bars.clear();
    this.#announcer.reset();
    this.#picture.setProgress(undefined);
  }

  #setState(state: State): void {
    this.#state = state;
    this.#main.dataset["state"] = state;
    this.#buttons.show(state);
  }
}

function recordingSeconds({ segmentSeconds }: ModelInfo): number {
  return Math.max(MIN_RECORDING_SECONDS, segmentSeconds);
}
