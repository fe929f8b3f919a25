// The user's own sounds: taught from examples, recognised by the everyday model beside its own, and corrections of what the
// page says.
//
// In: recordings, files and kept sounds, by label. Out: a head for the everyday model, labels that are not told, and files
// of taught sounds.

import type { ModelInfo, Recording } from "sourcing-sound";
import { saveFile } from "../export/save.js";
import { loadStyle } from "../late/style.js";
import { codeOf } from "../page-error.js";
import styles from "../styles/teach.css?url";
import type { SettingsStore } from "../settings.js";
import { labelWords, locale } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { addAnswerButton } from "./answer-button.js";
import { type Answered, Correction } from "./correction.js";
import { watchDrops } from "./drops.js";
import { Giving, problemWords } from "./giving.js";
import { HistoryPicker, type HistorySound } from "./history-picker.js";
import { Learner } from "./learner.js";
import { Mutes } from "./mutes.js";
import { ExampleRecorder, RECORDING_SECONDS } from "./recorder.js";
import { TaughtStore } from "./store.js";
import { UndoBar } from "./undo-bar.js";
import { TeachView, type ViewState } from "./view.js";

await loadStyle(styles);

export interface TeachParts {
  settings: SettingsStore;
  /** The last seconds of sound, if the page is listening. */
  recent(seconds: number): Promise<Recording | undefined>;
  /** Puts what was learned in use; `undefined` for nothing. */
  apply(head: Uint8Array<ArrayBuffer> | undefined): Promise<void>;
  /** Switches to the model that takes what is taught. */
  everyday(): void;
  /** The events of the history that have kept their sound, newest first. */
  historySounds(): Promise<HistorySound[]>;
  /** A label was muted, or no longer is. */
  muted(): void;
  /** Files of taught sounds were dropped while another view was shown. */
  wanted(): void;
}

export class Teach {
  readonly #opened: Promise<Opened>;
  #info: ModelInfo | undefined;

  constructor(parts: TeachParts) {
    this.#opened = TaughtStore.open().then((store) => new Opened(store, parts));
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
  readonly #giving: Giving;
  readonly #recorder: ExampleRecorder;
  readonly #view: TeachView;
  readonly #correction: Correction;
  readonly #undo = new UndoBar();
  readonly #picker = new HistoryPicker();
  /** How many things are being added. */
  #adding = 0;
  #begun = false;
  #otherModel = false;

  constructor(store: TaughtStore, parts: TeachParts) {
    this.#store = store;
    this.#parts = parts;
    const mutes = new Mutes(parts.settings, () => parts.muted());
    this.#learner = new Learner(store, { apply: (head) => parts.apply(head), changed: () => this.#learnerChanged() });
    this.#giving = new Giving(store, this.#learner, {
      say: (words, code) => this.#view.say(words, code),
      busy: (on) => {
        this.#adding += on ? 1 : -1;
        this.show();
      },
    });
    const classifier = () => this.#learner.classifier();
    const troubled = (thrown: unknown) => this.#fail(thrown);
    this.#recorder = new ExampleRecorder({ settings: parts.settings, classifier, troubled });
    this.#view = new TeachView(
      { store, learner: this.#learner, mutes },
      {
        named: (label) => void this.#name(label),
        record: (label, left) => void this.#record(label, left),
        stop: () => this.#recorder.stop(),
        recent: (label) => void this.#recent(label),
        chosen: (label, files) => this.#take(label, files),
        history: (label) => void this.#pick(label),
        removedLabel: (label) => void this.#remove(label, store.of(label), [label]),
        play: (kept) => this.#play(kept.id),
        remove: (kept) => void this.#remove(kept.example.recording, [kept]),
        everyday: () => parts.everyday(),
        save: () => void this.#save().catch((thrown: unknown) => this.#fail(thrown)),
        opened: (files) => this.#open(files),
        removedAll: () => void store.removeAll().catch((thrown: unknown) => this.#fail(thrown)),
      },
    );
    this.#view.root.append(this.#picker.element);
    this.#correction = new Correction(() => store.labels, {
      right: ({ label, time }, recording) =>
        void this.#example(label !== undefined && store.labels.includes(label) ? label : undefined, recording, label, time),
      wrong: ({ label, time }, recording, other) => void this.#example(this.#known(other), recording, label, time),
      never: (label) => {
        mutes.set(label, true);
        this.#undo.show(teachTexts.mutedNow(labelWords(label)), () => mutes.set(label, false));
      },
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
  }

  describe({ name, base, headLabels }: ModelInfo): void {
    this.#otherModel = name !== "everyday" || base !== "everyday";
    this.show();
    if (this.#begun) return;
    this.#begun = true;
    void this.#learner.begin(this.#otherModel || headLabels > 0);
  }

  correct(answered: Answered): Promise<void> {
    return this.#correction.open(answered);
  }

  get #state(): ViewState {
    if (this.#adding > 0) return "adding";
    const { state } = this.#learner;
    return state === "learned" && this.#otherModel ? "waiting" : state;
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
    const label = this.#known(name)!;
    await this.#store.addLabel(label);
    this.#view.focus(label);
  }

  /** A label that is there already, if it differs only in capitals. */
  #known(name: string | undefined): string | undefined {
    return this.#store.labels.find((label) => label.toLocaleLowerCase() === name?.toLocaleLowerCase()) ?? name;
  }

  async #record(label: string | undefined, left: (seconds: number | undefined) => void): Promise<void> {
    this.#view.clear();
    this.#view.player.stop();
    try {
      const recording = await this.#recorder.record(left);
      left(undefined);
      if (recording) await this.#giving.recording(label, recording, teachTexts.recordingName(now()));
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
    await this.#giving.recording(label, recording, teachTexts.recordingName(now()));
  }

  #take(label: string | undefined, files: File[]): void {
    this.#view.clear();
    void this.#giving.files(label, files);
  }

  #open(files: File[]): void {
    this.#view.clear();
    void this.#giving.taught(files);
  }

  async #pick(label: string | undefined): Promise<void> {
    this.#view.clear();
    const sounds = await this.#parts.historySounds().catch(() => []);
    this.#picker.open(label ?? teachTexts.something, sounds, async (recording, name) => {
      return (await this.#giving.recording(label, recording, name)) !== undefined;
    });
  }

  async #play(id: string): Promise<boolean> {
    const sound = await this.#store.sound(id);
    if (!sound) return false;
    this.#view.player.load(sound);
    this.#view.player.play();
    return true;
  }

  async #remove(what: string, ...which: Parameters<TaughtStore["remove"]>): Promise<void> {
    this.#view.clear();
    try {
      const removed = await this.#store.remove(...which);
      this.#undo.show(teachTexts.removed(what), () => void this.#store.add(removed));
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  async #save(): Promise<void> {
    this.#view.clear();
    const labels = new Set(this.#store.examples.flatMap(({ example: { label } }) => label ?? []));
    const [only] = labels;
    const name = labels.size === 1 && only !== undefined ? only.replaceAll(/[^\p{L}\p{N}_-]+/gu, "-") : teachTexts.fileName;
    const bytes = await this.#learner.file(name);
    saveFile(`${name}.sound.json`, new Blob([bytes], { type: "application/json" }));
  }

  /** Adds the sound of an answer as an example; that can be undone. */
  async #example(label: string | undefined, recording: Recording, answer: string | undefined, time: string): Promise<void> {
    const isNew = label !== undefined && !this.#store.labels.includes(label);
    const name = answer === undefined ? teachTexts.recordingName(time) : teachTexts.historyName(labelWords(answer), time);
    const added = await this.#giving.recording(label, recording, name);
    if (!added) return;
    const words = label === undefined ? teachTexts.keptAsSomething : teachTexts.keptAs(label);
    this.#undo.show(words, () => void this.#store.remove(added.examples, isNew ? [label] : []));
  }
}

/** The time of day, to the second: the name of a recording. */
function now(): string {
  return new Date().toLocaleTimeString(locale, { timeStyle: "medium" });
}
