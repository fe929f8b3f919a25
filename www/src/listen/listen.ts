// The view "Listen": live listening to the microphone or a sample, and short recordings. One at a time; starting one ends
// the other.
//
// In: the user's clicks and settings, and the model in use. Out: the answer on the stage, the list of sounds, alerts, and
// every update for the history.

import type { Classifier, ModelInfo, Recording, Update } from "sourcing-sound";
import type { Log } from "../late/log.js";
import { LatePart } from "../late/part.js";
import type { ActiveModel } from "../models/active-model.js";
import type { SettingsStore } from "../settings.js";
import { texts } from "../texts/index.js";
import { byId } from "../ui/dom.js";
import { short } from "../ui/format.js";
import type { Notice } from "../ui/notice.js";
import { painted } from "../ui/painted.js";
import { Buttons, type State } from "./buttons.js";
import { Devices } from "./devices.js";
import type { Disclosures } from "./details.js";
import { type LiveParts, LiveSession, sourceWords } from "./live.js";
import type { Muted } from "./muted.js";
import { PlayingSample } from "./playing-sample.js";
import { recordingSeconds } from "./recording-seconds.js";
import { SampleButtons } from "./sample-buttons.js";
import type { Sample } from "./samples.js";
import type { SettingsEvents } from "./settings-panel.js";
import { SoundList } from "./sound-list.js";
import { Stage } from "./stage.js";
import { WakeLock } from "./wake-lock.js";

/** States in which an answer is on its way. */
const BUSY: readonly State[] = ["loading", "starting", "listening", "recording", "working"];

/** States in which it listens, or will again. */
const LISTENS: readonly State[] = ["starting", "listening", "paused", "waiting"];

export interface ListenParts {
  settings: SettingsStore;
  model: ActiveModel;
  notice: Notice;
  log: Log;
  muted: Muted;
  /** Something was muted or unmuted. */
  mutedChanged(): void;
  /** Whether the page listens, and the latest answer, if there is one. */
  followed(listens: boolean, update: Update | undefined): void;
}

export class ListenView {
  readonly #model: ActiveModel;
  readonly #notice: Notice;
  readonly #main = byId("app", HTMLElement);
  readonly #stage = new Stage();
  readonly #list = new SoundList();
  /** Makes and shows recordings; a separate script. */
  readonly recordings = new LatePart(async () => {
    const { Recordings } = await import("./recordings.js");
    const changed = (state: State) => this.#setState(state);
    const parts = { settings: this.#settings, muted: this.#muted, notice: this.#notice, stage: this.#stage, list: this.#list };
    return new Recordings({ ...parts, changed });
  });
  readonly #buttons: Buttons;
  readonly #samples: SampleButtons;
  /** What the settings do. */
  readonly settingsEvents: SettingsEvents;
  #details: Disclosures | undefined;
  readonly #settings: SettingsStore;
  readonly #muted: Muted;
  readonly #followed: ListenParts["followed"];
  readonly #liveParts: LiveParts;
  #state: State = "loading";
  #live: LiveSession | undefined;
  #work: Promise<void> = Promise.resolve();
  #task: AbortController | undefined;
  /** Resolves `calm`. */
  #rests: () => void = () => undefined;
  /**
   * Resolves when nothing is more urgent than the rest of the page: the first model is loaded, and if the user has started
   * something by then, the first answer is shown or it has ended.
   */
  readonly calm = new Promise<void>((resolve) => (this.#rests = resolve));

  constructor({ settings, model, notice, log, muted, mutedChanged, followed }: ListenParts) {
    this.#settings = settings;
    this.#muted = muted;
    this.#followed = followed;
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
    this.settingsEvents = {
      stream: (options) => void this.#live?.adjust(options).catch((thrown: unknown) => notice.fail(thrown)),
      wakeLock: (wanted) => wakeLock.want(wanted && this.#state === "listening"),
      device: (deviceId) => {
        void devices.refresh();
        this.#live?.useDevice(deviceId);
      },
      muted: mutedChanged,
    };
    this.#liveParts = {
      settings,
      notice,
      log,
      wakeLock,
      muted,
      alerts: () => this.#details?.alerts,
      stage: this.#stage,
      list: this.#list,
      opened: () => void devices.refresh(),
      answered: (update) => {
        this.#rests();
        followed(true, update);
      },
      changed: (state) => this.#setState(state),
      failed: (thrown) => this.#fail(thrown),
    };
    void this.calm.then(() => this.#stage.picture.load());
    this.#setState("loading");
    this.#stage.wait("", texts.loading);
  }

  /** Loads the first model, so that the first click does not have to wait for it. */
  async start(): Promise<void> {
    const loaded = this.#run("loading", async (signal) => {
      await this.#model.load();
      if (!signal.aborted) this.#rest();
    });
    // All that the button can do before this script is loaded is to open it. Older browsers have no popovers.
    const asked = byId("asked", HTMLElement);
    if (asked.popover && asked.matches(":popover-open")) this.toggle();
    asked.remove();
    await loaded;
  }

  /** Shows the labels and the settings of the model in use. */
  describe(info: ModelInfo): void {
    this.#muted.describe(info);
    this.#stage.describe(info);
    this.#list.describe(info);
    this.#details?.describe(info);
    this.#buttons.describe(short(recordingSeconds(info)));
  }

  /** Shows the bars, the hints on the level and the settings, which come in a separate script. */
  attach(details: Disclosures): void {
    this.#details = details;
    this.#stage.attach(details.bars, details.hint);
    details.watchAbsence(
      () => (this.#state === "listening" ? this.#live?.processedSeconds : undefined),
      (text) => this.#notice.remark(text),
    );
    if (this.#model.info) details.describe(this.#model.info);
  }

  /** Starts listening, or ends it. */
  toggle(): void {
    if (LISTENS.includes(this.#state)) this.#stop();
    else void this.#listen();
  }

  /** The last seconds of sound, if a microphone is open. */
  async recent(seconds: number): Promise<Recording | undefined> {
    return this.#live?.recent(seconds) ?? (this.#state === "result" ? this.recordings.loaded?.latest : undefined);
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
    const recordings = this.recordings.loaded;
    const recording = recordings?.latest;
    if (this.#state === "result" && recordings && recording) {
      void this.#run("working", async (signal) => recordings.classify(await this.#model.load(), recording, signal));
    }
  }

  /** Listens through the microphone, or to a sample in its place. */
  async #listen(sample?: Sample): Promise<void> {
    this.#buttons.begin(sample ? "sample" : "listen");
    await this.#start(sample, async (signal) => {
      // Without waiting for the model, because browsers start sound only directly after a click.
      const playing = sample && this.#play(sample, signal);
      const [classifier] = await Promise.all([this.#model.load(), playing?.start()]);
      signal.throwIfAborted();
      this.#live = new LiveSession(classifier, playing, this.#liveParts, signal);
      // After the session's own end, at which the last events are kept with their sound.
      signal.addEventListener("abort", () => (this.#live = undefined), { once: true });
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
    await this.#start(undefined, async (signal) => {
      const [recordings, classifier] = await Promise.all([this.recordings.get(), this.#model.load()]);
      signal.throwIfAborted();
      await recordings.record(classifier, signal);
    });
  }

  /** Shows that the microphone, or a sample, is about to be opened, and runs `work` when that can be seen. */
  #start(sample: Sample | undefined, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#run("starting", async (signal) => {
      this.#main.dataset["source"] = sample ? "sample" : "microphone";
      this.#stage.wait(sourceWords(sample), texts.starting);
      // Opening an AudioContext blocks the page, on a busy device for long: the user must see first that the click worked.
      await painted();
      signal.throwIfAborted();
      await work(signal);
    });
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
    this.recordings.loaded?.clear();
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
    // The parts below exist once the first model is loaded.
    if (state !== "listening" && state !== "loading") this.#followed(LISTENS.includes(state), undefined);
    if (!BUSY.includes(state)) this.#rests();
  }
}
