// The view "Listen": live listening to the microphone or a sample, and short recordings. One at a time; starting one ends
// the other.
//
// In: the user's clicks and settings, and the model in use. Out: the answer on the stage, the list of sounds, alerts, and
// every update for the history.

import type { Classifier, ModelInfo, Recording } from "sourcing-sound";
import type { ActiveModel } from "../models/active-model.js";
import type { SettingsStore } from "../settings.js";
import { overall, toParts } from "../sound/parts.js";
import { listenTexts, texts } from "../texts/index.js";
import { byId } from "../ui/dom.js";
import { clock, short } from "../ui/format.js";
import type { Notice } from "../ui/notice.js";
import { painted } from "../ui/painted.js";
import { Absence } from "./absence.js";
import { Alerts } from "./alerts.js";
import { Buttons, type State } from "./buttons.js";
import { Clip } from "./clip.js";
import { Devices } from "./devices.js";
import { prepareFullScreen } from "./full-screen.js";
import { type EventLog, type LiveParts, LiveSession, sourceWords } from "./live.js";
import { PlayingSample } from "./playing-sample.js";
import { record, recordingSeconds } from "./recording.js";
import { SampleButtons } from "./sample-buttons.js";
import type { Sample } from "./samples.js";
import { SettingsPanel } from "./settings-panel.js";
import { SoundList } from "./sound-list.js";
import { Stage } from "./stage.js";
import { WakeLock } from "./wake-lock.js";

export interface ListenParts {
  settings: SettingsStore;
  model: ActiveModel;
  notice: Notice;
  log: EventLog;
}

export class ListenView {
  readonly #model: ActiveModel;
  readonly #notice: Notice;
  readonly #main = byId("app", HTMLElement);
  readonly #stage = new Stage();
  readonly #list = new SoundList();
  readonly #clip = new Clip(this.#stage.picture);
  readonly #buttons: Buttons;
  readonly #samples: SampleButtons;
  readonly #panel: SettingsPanel;
  readonly #settings: SettingsStore;
  readonly #liveParts: LiveParts;
  #state: State = "loading";
  #live: LiveSession | undefined;
  /** The latest recording. */
  #recording: Recording | undefined;
  #work: Promise<void> = Promise.resolve();
  #task: AbortController | undefined;

  constructor({ settings, model, notice, log }: ListenParts) {
    this.#settings = settings;
    this.#model = model;
    this.#notice = notice;
    const wakeLock = new WakeLock();
    this.#buttons = new Buttons({
      listen: () => void this.#listen(),
      record: () => void this.#record(),
      stop: () => this.#stop(),
      pause: () => this.#state === "listening" && void this.#live?.pause(),
      resume: () => void this.#resume(),
    });
    this.#samples = new SampleButtons({
      play: (sample) => void this.#listen(sample),
      stop: () => this.#stop(),
    });
    const devices = new Devices(
      () => settings.all.deviceId,
      (deviceId) => {
        settings.change({ deviceId });
        this.#live?.useDevice(deviceId);
      },
    );
    this.#panel = new SettingsPanel(settings, {
      stream: (options) => void this.#live?.adjust(options).catch((thrown: unknown) => notice.fail(thrown)),
      wakeLock: (wanted) => wakeLock.want(wanted && this.#live !== undefined),
    });
    this.#liveParts = {
      settings,
      notice,
      log,
      wakeLock,
      alerts: new Alerts(() => settings.all.alerts),
      stage: this.#stage,
      list: this.#list,
      opened: () => void devices.refresh(),
      changed: (state) => this.#setState(state),
      failed: (thrown) => this.#fail(thrown),
    };
    new Absence(
      () => (this.#state === "listening" ? this.#live?.processedSeconds : undefined),
      (seconds) => notice.remark(listenTexts.missed(clock(seconds))),
    );
    prepareFullScreen();
    this.#setState("loading");
    this.#stage.wait("", texts.loading);
  }

  /** Loads the first model, so that the first click does not have to wait for it. */
  async start(): Promise<void> {
    await this.#run("loading", async (signal) => {
      await this.#model.load();
      if (!signal.aborted) this.#rest();
    });
  }

  /** Shows the labels and the settings of the model in use. */
  describe(info: ModelInfo): void {
    this.#stage.describe(info);
    this.#list.describe(info);
    this.#panel.describe(info);
    this.#buttons.describe(short(recordingSeconds(info)));
  }

  /** The last seconds of sound, if a microphone is open. */
  async recent(seconds: number): Promise<Recording | undefined> {
    return this.#live?.recent(seconds);
  }

  /**
   * Switches to another classifier, without a gap if the microphone is open, and classifies the recording that is shown
   * again. Closes the previous classifier. Rejects, and keeps the previous one, if the microphone cannot switch.
   */
  async adopt(classifier: Classifier): Promise<void> {
    await this.#settled();
    const handOver = this.#live && ((next: Classifier) => this.#live?.use(next));
    const before = await this.#model.replace(classifier, handOver);
    this.#live?.beginLog(classifier.info);
    void Promise.all([this.#settled(), this.#model.released()]).then(() => before?.close());
    const recording = this.#recording;
    if (this.#state === "result" && recording) {
      void this.#run("working", async (signal) => this.#classify(await this.#model.load(), recording, signal));
    }
  }

  /** Listens through the microphone, or to a sample in its place. */
  async #listen(sample?: Sample): Promise<void> {
    this.#buttons.begin(sample ? "sample" : "listen");
    await this.#start(sample, async (signal) => {
      // Before the model is there: browsers only start sound directly after a click.
      const playing = sample && this.#play(sample, signal);
      const classifier = await this.#model.load();
      signal.throwIfAborted();
      signal.addEventListener("abort", () => (this.#live = undefined), { once: true });
      this.#live = new LiveSession(classifier, playing, this.#liveParts, signal);
      await this.#live.start();
    });
  }

  /** Plays the sample until `signal` aborts. */
  #play(sample: Sample, signal: AbortSignal): PlayingSample {
    const playing = new PlayingSample(sample);
    this.#samples.show(sample);
    const end = () => {
      playing.close();
      this.#samples.show(undefined);
    };
    signal.addEventListener("abort", end, { once: true });
    return playing;
  }

  async #resume(): Promise<void> {
    const live = this.#live;
    if (!live || this.#state !== "paused") return;
    await live.resume((await this.#model.load()).info);
  }

  async #record(): Promise<void> {
    this.#buttons.begin("record");
    const source = sourceWords(undefined);
    await this.#start(undefined, async (signal) => {
      const classifier = await this.#model.load();
      const seconds = recordingSeconds(classifier.info);
      this.#stage.picture.beginRecording(classifier.info, seconds);
      const recording = await record(classifier, seconds, {
        signal,
        deviceId: this.#settings.all.deviceId,
        began: () => {
          this.#setState("recording");
          this.#stage.wait(source, texts.recording, texts.secondsLeft(seconds.toFixed(1)));
        },
        frame: (frame, time) => this.#stage.recordingFrame(frame, time, seconds),
        troubled: (error) => this.#notice.fail(error),
      });
      this.#setState("working");
      await this.#classify(classifier, recording, signal);
    });
  }

  /** Shows that the microphone, or a sample, is about to be opened, and runs `work` when that can be seen. */
  #start(sample: Sample | undefined, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#run("starting", async (signal) => {
      this.#main.dataset["source"] = sample ? "sample" : "microphone";
      this.#stage.wait(sourceWords(sample), texts.starting);
      // Opening an AudioContext stops the page, on a busy device for long: the click must be seen to work before.
      await painted();
      signal.throwIfAborted();
      await work(signal);
    });
  }

  /** Classifies a recording and shows the result, with buttons to play and save it. */
  async #classify(classifier: Classifier, recording: Recording, signal: AbortSignal): Promise<void> {
    const { pcm, sampleRate } = recording;
    const predictions = await classifier.classify(pcm, sampleRate, { signal });
    const columns = await classifier.logMel(pcm, sampleRate);
    if (signal.aborted) return;
    this.#setState("result");
    this.#stage.showRecording(classifier.info, recording, columns, overall(predictions));
    this.#list.showParts(toParts(predictions));
    this.#clip.show(recording, "recording.wav");
    this.#recording = recording;
  }

  /** Waits for work that needs the classifier it started with. An open microphone can switch, so it does not count. */
  async #settled(): Promise<void> {
    let work: Promise<void>;
    do {
      work = this.#work;
      await work;
    } while (work !== this.#work);
  }

  /** Ends what is running and runs `work` instead; `signal` aborts when that is ended. */
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
