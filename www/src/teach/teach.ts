// The user's own sounds: taught from examples, recognised by the everyday model in addition to its own, and corrections of the
// page's answers.
//
// In: recordings, files and kept sounds, by label. Out: a head for the everyday model, muted labels, and files of taught sounds.

import type { ModelInfo, Recording, Update } from "sourcing-sound";
import { saveFile } from "../export/save.js";
import { loadStyle } from "../late/style.js";
import { codeOf } from "../page-error.js";
import cards from "../styles/files.css?url";
import styles from "../styles/teach.css?url";
import dialogs from "../styles/teaching-dialogs.css?url";
import type { SettingsStore } from "../settings.js";
import { labelWords, locale } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { askDialog } from "../ui/ask.js";
import { addAnswerButton } from "./answer-button.js";
import { type Answered, Correction } from "./correction.js";
import { watchDrops } from "./drops.js";
import { ExampleMaker, keptWords, problemWords } from "./example-maker.js";
import { HistoryPicker, type HistorySound } from "./history-picker.js";
import type { Bundle, KeptReport } from "./kept.js";
import { Learner, type Origin } from "./learner.js";
import { Mutes } from "./mutes.js";
import { ExampleRecorder, RECORDING_SECONDS } from "./recorder.js";
import { TaughtStore } from "./store.js";
import { type Offer, UndoBar } from "./undo-bar.js";
import { TeachView, type ViewState } from "./view.js";

await Promise.all([cards, styles, dialogs].map(loadStyle));

export interface TeachParts {
  settings: SettingsStore;
  /** The last seconds of sound, if the page is listening. */
  recent(seconds: number): Promise<Recording | undefined>;
  /** Puts what was learned in use; `undefined` for nothing. */
  apply(head: Uint8Array<ArrayBuffer> | undefined): Promise<void>;
  /** SHA-256 of the model that came with the page. */
  first(): string | undefined;
  /** Switches to the model that takes what is taught. */
  everyday(): void;
  /** The events of the history that have kept their sound, newest first. */
  historySounds(): Promise<HistorySound[]>;
  /** Something was muted or unmuted; `showMuted` has to be called. */
  muted(): void;
  /** Starts listening, or ends it. */
  listen(): void;
  /** Files of taught sounds were dropped while another view was shown. */
  wanted(): void;
}

export class Teach {
  readonly #opened: Promise<Opened>;
  #info: ModelInfo | undefined;

  constructor(parts: TeachParts) {
    this.#opened = TaughtStore.open().then(async (store) => new Opened(store, parts, await store.report()));
  }

  /** Resolves once the view holds what was taught. */
  async show(): Promise<void> {
    (await this.#opened).show();
  }

  /** Another model is in use. */
  describe(info: ModelInfo): void {
    this.#info = info;
    void this.#opened.then((opened) => this.#info === info && opened.describe(info));
  }

  /** Whether the page listens, and the latest answer, if there is one. */
  follow(listens: boolean, update: Update | undefined): void {
    void this.#opened.then((opened) => opened.follow(listens, update));
  }

  /** Something went wrong on the page, which reports it elsewhere. */
  failed(thrown: unknown): void {
    void this.#opened.then((opened) => opened.failed(thrown));
  }

  /** Something was muted or unmuted. */
  showMuted(): void {
    void this.#opened.then((opened) => opened.showMuted());
  }

  /** The user says whether an answer was right. */
  async correct(answered: Answered): Promise<void> {
    await (await this.#opened).correct(answered);
  }
}

/** All that needs the store. */
class Opened {
  readonly #parts: TeachParts;
  readonly #store: TaughtStore;
  readonly #learner: Learner;
  readonly #maker: ExampleMaker;
  readonly #recorder: ExampleRecorder;
  readonly #view: TeachView;
  readonly #correction: Correction;
  readonly #mutes: Mutes;
  readonly #undo = new UndoBar();
  readonly #picker = new HistoryPicker();
  /** How many things are being added. */
  #adding = 0;
  #begun = false;
  #otherModel = false;
  #info: ModelInfo | undefined;
  #followed: { listens: boolean; update: Update | undefined } = { listens: false, update: undefined };

  constructor(store: TaughtStore, parts: TeachParts, kept: KeptReport | undefined) {
    this.#store = store;
    this.#parts = parts;
    this.#mutes = new Mutes(parts.settings, () => parts.muted());
    const events = { apply: (head: Uint8Array<ArrayBuffer> | undefined) => parts.apply(head), changed: () => this.#learnerChanged() };
    this.#learner = new Learner(store, events, kept);
    this.#maker = new ExampleMaker(store, this.#learner, {
      say: (words, code) => {
        this.#view.say(words, code);
        // A user of another view would not see it.
        if (this.#view.root.hidden && code) this.#undo.show(words);
      },
      busy: (on) => {
        this.#adding += on ? 1 : -1;
        this.show();
      },
      askAgain,
    });
    const classifier = () => this.#learner.classifier();
    this.#recorder = new ExampleRecorder({ settings: parts.settings, classifier, troubled: (thrown) => this.#fail(thrown) });
    this.#view = new TeachView(
      { store, learner: this.#learner, mutes: this.#mutes },
      {
        named: (label) => void this.#name(label),
        record: (label, left) => void this.#record(label, left),
        stop: () => this.#recorder.stop(),
        recent: (label) => void this.#recent(label),
        chosen: (label, files) => this.#take(label, files),
        history: (label) => void this.#pick(label),
        removedLabel: (label) => void this.#remove(labelWords(label), () => store.removeLabel(label)),
        sound: (kept) => store.sound(kept.id),
        remove: (kept) => void this.#remove(kept.example.recording, () => store.remove([kept])),
        everyday: () => parts.everyday(),
        listen: () => {
          this.#view.clear();
          parts.listen();
        },
        save: (hasSound) => void this.#save(hasSound).catch((thrown: unknown) => this.#fail(thrown)),
        opened: (files) => this.#open(files),
        removedAll: () => {
          this.#view.playing.stop();
          void store.removeAll().catch((thrown: unknown) => this.#notRemoved(thrown));
        },
      },
    );
    this.#view.root.append(this.#picker.element);
    this.#correction = new Correction(() => store.labels, {
      right: (answered, recording) => {
        const { label } = answered;
        if (label !== undefined && store.labels.includes(label)) void this.#example(label, recording, answered);
        else void this.#example(undefined, recording, answered, label && teachTexts.keptAsRight(labelWords(label)));
      },
      wrong: (answered, recording, other) => void this.#wrong(answered, recording, other),
      never: (label) => this.#mute(label),
    });
    addAnswerButton({ recent: (seconds) => parts.recent(seconds), correct: (answered) => void this.correct(answered), now });
    watchDrops(this.#view.root, {
      taught: (files) => {
        parts.wanted();
        this.#open(files);
      },
      sounds: (label, files) => this.#take(label, files),
      nowhere: (files) => {
        const [only, ...others] = store.labels;
        if (only !== undefined && others.length === 0) this.#take(only, files);
        else this.#view.say(teachTexts.where, "where");
      },
    });
    store.onchange = () => {
      this.show();
      void this.#learner.learn();
    };
    this.show();
  }

  show(): void {
    this.#view.otherModel = this.#otherModel;
    this.#view.show(this.#state);
    this.#showLive();
  }

  describe(info: ModelInfo): void {
    const { name, base, sha256, headLabels } = info;
    this.#info = info;
    this.#otherModel = name !== "everyday" || base !== "everyday" || sha256 !== this.#parts.first();
    this.show();
    if (this.#begun) return;
    this.#begun = true;
    void this.#learner.begin(this.#otherModel || headLabels > 0);
  }

  correct(answered: Answered): Promise<void> {
    return this.#correction.open(answered);
  }

  follow(listens: boolean, update: Update | undefined): void {
    this.#followed = { listens, update };
    this.#showLive();
  }

  /** A user of this view would not see a message in another. */
  failed(thrown: unknown): void {
    if (!this.#view.root.hidden) this.#fail(thrown);
  }

  showMuted(): void {
    this.#mutes.show();
  }

  get #state(): ViewState {
    if (this.#adding > 0) return "adding";
    const { state } = this.#learner;
    return state === "learned" && this.#otherModel ? "waiting" : state;
  }

  #showLive(): void {
    const { listens, update } = this.#followed;
    const info = this.#info;
    const given = this.#parts.settings.streamOf(info?.name ?? "").rejectionThreshold;
    const thresholdOf = (label: string) => given ?? info?.rejectionThresholds[info.labels.indexOf(label)] ?? info?.rejectionThreshold ?? 0;
    this.#view.follow(listens, this.#otherModel ? [] : (update?.categories ?? []), thresholdOf);
  }

  #learnerChanged(): void {
    if (this.#learner.state === "error") this.#fail(this.#learner.thrown);
    this.show();
  }

  #fail(thrown: unknown): void {
    this.#view.say(problemWords(thrown), codeOf(thrown));
  }

  async #name(name: string): Promise<void> {
    this.#view.clear();
    const { label, note } = await this.#known(name);
    const unkept = keptWords(await this.#store.addLabel(label));
    this.#view.focus(label);
    if (unkept !== "") this.#view.say(unkept, "storage");
    else if (note !== "") this.#view.say(note);
  }

  /** The label of this name, in whatever case or in the page's language: taught already, or the model's, which `note` reports. */
  async #known(name: string): Promise<{ label: string; note: string }> {
    const wanted = name.toLocaleLowerCase();
    const isIt = (label: string) => [label, labelWords(label)].some((words) => words.toLocaleLowerCase() === wanted);
    const label = this.#store.labels.find(isIt);
    if (label !== undefined) return { label, note: "" };
    const ofModel = (await this.#baseLabels()).find(isIt);
    return ofModel === undefined ? { label: name, note: "" } : { label: ofModel, note: teachTexts.known(labelWords(ofModel)) };
  }

  /** The everyday model's own labels, without those taught that it does not have; none if it cannot be loaded. */
  async #baseLabels(): Promise<readonly string[]> {
    const inUse = this.#otherModel ? undefined : this.#info;
    const info = inUse ?? (await this.#learner.classifier().catch(() => undefined))?.info;
    return info?.labels.slice(info.headLabels) ?? [];
  }

  #mute(label: string): void {
    this.#mutes.set(label, true);
    this.#undo.show(teachTexts.mutedNow(labelWords(label)), () => this.#mutes.set(label, false));
  }

  /** An example of something else changes only what was taught: for an answer of the model itself, the remedy is to mute it. */
  async #nothingTaught(recording: Recording, answered: Answered): Promise<void> {
    const { label } = answered;
    const base = (await this.#learner.classifier().catch(() => undefined))?.info.labels ?? [];
    if (label === undefined || (this.#store.labels.includes(label) && !base.includes(label))) {
      return this.#example(undefined, recording, answered);
    }
    const words = labelWords(label);
    const offer = { words: teachTexts.never(words), pressed: () => this.#mute(label) };
    await this.#example(undefined, recording, answered, teachTexts.keptAsSomethingElseThan(words), offer);
  }

  async #wrong(answered: Answered, recording: Recording, other: string | undefined): Promise<void> {
    if (other === undefined) return this.#nothingTaught(recording, answered);
    const { label, note } = await this.#known(other);
    await this.#example(label, recording, answered, `${teachTexts.keptAs(labelWords(label))} ${note}`.trim());
  }

  async #record(label: string | undefined, left: (seconds: number | undefined) => void): Promise<void> {
    this.#view.clear();
    this.#view.playing.stop();
    try {
      const recording = await this.#recorder.record(left);
      left(undefined);
      // The label may have been removed meanwhile.
      const isWanted = label === undefined || this.#store.labels.includes(label);
      if (recording && isWanted) await this.#maker.recording(label, recording, recordedNow());
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      left(undefined);
    }
  }

  async #recent(label: string | undefined): Promise<void> {
    this.#view.clear();
    const recording = await this.#parts.recent(RECORDING_SECONDS).catch(() => undefined);
    if (!recording || recording.pcm.length === 0) return this.#view.say(teachTexts.nothingRecent, "recent");
    await this.#maker.recording(label, recording, recordedNow());
  }

  #take(label: string | undefined, files: File[]): void {
    this.#view.clear();
    void this.#maker.files(label, files);
  }

  #open(files: File[]): void {
    this.#view.clear();
    void this.#maker.taught(files);
  }

  async #pick(label: string | undefined): Promise<void> {
    this.#view.clear();
    const sounds = await this.#parts.historySounds().catch(() => []);
    this.#picker.open(label === undefined ? teachTexts.something : labelWords(label), sounds, async (recording, origin) => {
      return (await this.#maker.recording(label, recording, origin)) !== undefined;
    });
  }

  async #remove(what: string, remove: () => Promise<Bundle>): Promise<void> {
    this.#view.clear();
    // What is removed may be playing.
    this.#view.playing.stop();
    try {
      const removed = await remove();
      this.#undo.show(teachTexts.removed(what), () => void this.#store.add(removed));
    } catch (thrown) {
      this.#notRemoved(thrown);
    }
  }

  #notRemoved(thrown: unknown): void {
    if (thrown instanceof DOMException) this.#view.say(teachTexts.notRemoved, "storage");
    else this.#fail(thrown);
  }

  async #save(hasSound: boolean): Promise<void> {
    this.#view.clear();
    const labels = new Set(this.#store.examples.flatMap(({ example: { label } }) => label ?? []));
    const [only] = labels;
    const name = labels.size === 1 && only !== undefined ? only.replaceAll(/[^\p{L}\p{N}_-]+/gu, "-") : teachTexts.fileName;
    const bytes = await this.#learner.file(name, hasSound);
    saveFile(`${name}.sound.json`, new Blob([bytes], { type: "application/json" }));
  }

  /** Adds the sound of an answer as an example, and reports it in `words`; that can be undone. */
  async #example(
    label: string | undefined,
    recording: Recording,
    { label: answer, time, at }: Answered,
    words: string = label === undefined ? teachTexts.keptAsSomething : teachTexts.keptAs(labelWords(label)),
    offer?: Offer,
  ): Promise<void> {
    const isNew = label !== undefined && !this.#store.labels.includes(label);
    const name = answer === undefined ? teachTexts.recordingName(time) : teachTexts.historyName(labelWords(answer), time);
    const added = await this.#maker.recording(label, recording, { name, made: at });
    if (!added) return;
    const { bundle, unkept } = added;
    const takeBack = () => this.#store.remove(bundle.examples, isNew ? [label] : []);
    const undo = () => void takeBack().catch(() => this.#undo.show(teachTexts.notRemoved));
    this.#undo.show(`${words} ${unkept}`.trim(), undo, offer);
  }
}

function askAgain(words: string, yes: () => void): void {
  const dialog = askDialog({
    words,
    no: teachTexts.cancel,
    yes: teachTexts.otherBaseDo,
    noId: "teach-not-again",
    yesId: "teach-again",
    confirmed: yes,
  });
  document.body.append(dialog);
  dialog.onclose = () => dialog.remove();
  dialog.showModal();
}

function recordedNow(): Origin {
  return { name: teachTexts.recordingName(now()), made: Date.now() };
}

/** The time of day, to the second: the name of a recording. */
function now(): string {
  return new Date().toLocaleTimeString(locale, { timeStyle: "medium" });
}
