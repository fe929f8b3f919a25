// The page's conductor: one thing at a time (listening, recording, a file),
// and each new one ends the one before it.

import { type Classifier, listen, type Microphone, type ModelInfo, type Recording, SoundError } from "sourcing-sound";
import { byId, setText } from "./dom.js";
import { short } from "./format.js";
import { ActiveModel } from "./models/active.js";
import { Shelf } from "./models/shelf.js";
import { decode } from "./sound/decode.js";
import { overall, toParts } from "./sound/parts.js";
import { texts } from "./texts/index.js";
import { Announcer } from "./view/announcer.js";
import { Clip } from "./view/clip.js";
import { HeardList } from "./view/heard-list.js";
import { Meter } from "./view/meter.js";
import { Notice } from "./view/notice.js";
import { Picture } from "./view/picture.js";
import { Verdict } from "./view/verdict.js";

/** What the page is doing; `data-state` of the page's main element. */
type State = "loading" | "idle" | "starting" | "listening" | "recording" | "working" | "result" | "error";

/** A recording lasts this long at least, in seconds, however little the model hears at once. */
const MIN_RECORDING_SECONDS = 4;

/** What is shown and can be judged again. */
interface Shown {
  recording: Recording;
  fileName: string | undefined;
}

export class App {
  readonly #main = byId("app", HTMLElement);
  readonly #listenButton = byId("listen", HTMLButtonElement);
  readonly #recordButton = byId("record", HTMLButtonElement);
  readonly #announcer = new Announcer();
  readonly #verdict = new Verdict(this.#announcer);
  readonly #picture = new Picture();
  readonly #meter = new Meter();
  readonly #notice = new Notice();
  readonly #heard = new HeardList();
  readonly #clip = new Clip(this.#picture);
  readonly #model = new ActiveModel((info) => {
    this.#describe(info);
    void this.shelf.open(info);
  });
  /** The models to choose from. */
  readonly shelf = new Shelf({
    adopt: (classifier) => this.#adopt(classifier),
    began: () => this.#notice.clear(),
    failed: (thrown) => this.#notice.failModel(thrown),
  });
  #state: State = "loading";
  #microphone: Microphone | undefined;
  #shown: Shown | undefined;
  #work: Promise<void> = Promise.resolve();
  #task: AbortController | undefined;
  /** Which of the two buttons ends what is going on. */
  #ends: "listen" | "record" | undefined;
  #recordWords: string = texts.record("4");

  constructor() {
    this.#listenButton.onclick = () => void (this.#ends === "listen" ? this.#stop() : this.#listen());
    this.#recordButton.onclick = () => void (this.#ends === "record" ? this.#stop() : this.#record());
    setText(byId("choose", HTMLButtonElement), texts.choose);
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

  /** Says what a file holds. */
  async openFile(file: File): Promise<void> {
    await this.#run("working", async (signal) => {
      this.#verdict.wait(file.name, texts.working);
      const [classifier, recording] = await Promise.all([this.#model.load(), decode(file)]);
      await this.#judge(classifier, recording, signal, file.name);
    });
  }

  /** Shows that a file hangs over the page. */
  setHovering(over: boolean): void {
    this.#main.toggleAttribute("data-hovering", over);
    this.#picture.setHint(over ? texts.dropHere : this.#state === "idle" ? texts.hint : undefined);
  }

  async #listen(): Promise<void> {
    this.#ends = "listen";
    await this.#run("starting", async (signal) => {
      this.#verdict.wait(texts.fromMicrophone, texts.starting);
      const classifier = await this.#model.load();
      this.#picture.beginLive(classifier.info);
      const microphone = await this.#openMicrophone(classifier, signal);
      if (signal.aborted) return;
      this.#setState("listening");
      this.#verdict.wait(texts.fromMicrophone, texts.listening);
      this.#remarkProcessing(microphone);
    });
  }

  async #record(): Promise<void> {
    this.#ends = "record";
    await this.#run("starting", async (signal) => {
      this.#verdict.wait(texts.fromMicrophone, texts.starting);
      const classifier = await this.#model.load();
      const seconds = recordingSeconds(classifier.info);
      this.#picture.beginRecording(classifier.info, seconds);
      const microphone = await this.#openMicrophone(classifier, signal, (time) => {
        this.#picture.setProgress(time / seconds);
        this.#verdict.setDetail(texts.secondsLeft(Math.max(0, seconds - time).toFixed(1)));
      });
      if (signal.aborted) return;
      this.#setState("recording");
      this.#verdict.wait(texts.fromMicrophone, texts.recording, texts.secondsLeft(seconds.toFixed(1)));
      const recording = await microphone.record(seconds, { signal });
      await microphone.close();
      this.#setState("working");
      await this.#judge(classifier, recording, signal);
    });
  }

  /** `recording` is told the time instead of the page being told what is heard. */
  async #openMicrophone(
    classifier: Classifier,
    signal: AbortSignal,
    recording?: (time: number) => void,
  ): Promise<Microphone> {
    let dropped = 0;
    let troubled = false;
    const microphone = await listen(
      (update) => {
        if (signal.aborted) return;
        if (troubled) this.#notice.clear();
        troubled = false;
        if (recording) return;
        this.#verdict.judge(texts.fromMicrophone, update);
        this.#heard.update(update.events, update.groups);
        if (update.dropped > dropped) this.#notice.remark(texts.lost(short(update.dropped / microphone.sampleRate)));
        dropped = update.dropped;
      },
      {
        classifier,
        signal,
        onFrame: (frame) => {
          if (signal.aborted) return;
          this.#picture.append(frame.columns);
          this.#meter.show(frame.level);
          recording?.(frame.time);
        },
        onError: (error) => {
          if (signal.aborted) return;
          troubled = true;
          this.#interrupted(error, microphone);
        },
      },
    );
    this.#microphone = microphone;
    const close = () => void microphone.close();
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
    return microphone;
  }

  /** Trouble while the microphone is open: it goes on by itself, or it is over. */
  #interrupted(error: SoundError, microphone: Microphone): void {
    if (microphone.state === "closed") this.#fail(error);
    else this.#notice.fail(error);
  }

  #remarkProcessing({ processing }: Microphone): void {
    if (processing.length > 0) this.#notice.remark(texts.processed(processing.join(", ")));
  }

  /** Shows what a recording holds. One without a file's name is the person's own and can be kept as a file. */
  async #judge(classifier: Classifier, recording: Recording, signal: AbortSignal, fileName?: string): Promise<void> {
    const { pcm, sampleRate } = recording;
    const predictions = await classifier.classify(pcm, sampleRate, { signal });
    const columns = await classifier.logMel(pcm, sampleRate);
    if (signal.aborted) return;
    const seconds = pcm.length / sampleRate;
    this.#picture.showRecording(classifier.info, columns, seconds);
    this.#heard.showParts(toParts(predictions));
    this.#clip.show(recording, fileName === undefined ? "recording.wav" : undefined);
    this.#shown = { recording, fileName };
    this.#setState("result");
    this.#verdict.judge(`${fileName ?? texts.fromRecording} · ${short(seconds)} s`, overall(predictions));
  }

  /**
   * Lets another classifier listen, from now on if the microphone is open, and judges anew what is shown. The one
   * before it is closed; it goes on when the microphone cannot be handed over.
   */
  async #adopt(classifier: Classifier): Promise<void> {
    await this.#settled();
    const before = await this.#model.replace(classifier, this.#microphone);
    this.#describe(classifier.info);
    void this.#settled().then(() => before?.close());
    if (this.#state === "result" && this.#shown) void this.#judgeAgain(this.#shown);
  }

  /** Until no work is under way that needs the classifier with which it began. An open microphone is no such work. */
  async #settled(): Promise<void> {
    let work: Promise<void>;
    do {
      work = this.#work;
      await work;
    } while (work !== this.#work);
  }

  async #judgeAgain({ recording, fileName }: Shown): Promise<void> {
    await this.#run("working", async (signal) => {
      await this.#judge(await this.#model.load(), recording, signal, fileName);
    });
  }

  #describe(info: ModelInfo): void {
    this.#picture.describe(info);
    this.#heard.describe(info);
    this.#recordWords = texts.record(short(recordingSeconds(info)));
    this.#showButtons();
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
    this.#meter.clear();
    this.#notice.clear();
    this.#announcer.reset();
    this.#picture.setProgress(undefined);
    this.#picture.setHint(undefined);
    if (state === "starting") this.#heard.beginLive();
    this.#setState(state);
    try {
      await work(task.signal);
    } catch (thrown) {
      if (!task.signal.aborted) this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    this.#task?.abort();
    this.#meter.clear();
    this.#picture.setProgress(undefined);
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
    this.#meter.clear();
    this.#announcer.reset();
    this.#picture.setProgress(undefined);
    this.#picture.setHint(texts.hint);
    this.#verdict.wait("", texts.ready);
    this.#setState("idle");
  }

  #setState(state: State): void {
    this.#state = state;
    this.#main.dataset["state"] = state;
    const open = state === "starting" || state === "listening" || state === "recording";
    if (!open) this.#ends = undefined;
    this.#showButtons();
  }

  #showButtons(): void {
    setText(this.#listenButton, this.#ends === "listen" ? texts.stop : texts.listen);
    setText(this.#recordButton, this.#ends === "record" ? texts.cancel : this.#recordWords);
    this.#listenButton.toggleAttribute("data-active", this.#ends === "listen");
    this.#recordButton.toggleAttribute("data-active", this.#ends === "record");
  }
}

function recordingSeconds({ segmentSeconds }: ModelInfo): number {
  return Math.max(MIN_RECORDING_SECONDS, segmentSeconds);
}
