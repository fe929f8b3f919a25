// Makes examples from what the user gives: recordings, files, sounds of the history.

import { SoundError, type Recording } from "sourcing-sound";
import { codeOf } from "../page-error.js";
import { excerpt } from "../sound/excerpt.js";
import { errorTexts } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import type { Bundle } from "./kept.js";
import type { Learner, Origin } from "./learner.js";
import { MOST_BYTES, OtherBase, type Renewable } from "./sound-file.js";
import type { Kept, TaughtStore } from "./store.js";

/** How much of a file is used. */
const MOST_SECONDS = 60;

export interface ExampleMakerEvents {
  /** Shows a message about the user's input; `code` is "" if it is not a problem. */
  say(words: string, code?: string): void;
  /** It starts or finishes making examples. */
  busy(on: boolean): void;
  /** A file is for another model, and has the sound of its examples: asks whether to learn them again, and then does `yes`. */
  askAgain(words: string, yes: () => void): void;
}

/** What was added, and a message about what could not be kept; empty if everything was. */
export interface Added {
  bundle: Bundle;
  unkept: string;
}

/** The message about one of several files; `code` is "" if it is not a problem. */
interface Said {
  words: string;
  code: string;
}

export class ExampleMaker {
  readonly #store: TaughtStore;
  readonly #learner: Learner;
  readonly #events: ExampleMakerEvents;

  constructor(store: TaughtStore, learner: Learner, events: ExampleMakerEvents) {
    this.#store = store;
    this.#learner = learner;
    this.#events = events;
  }

  /** Returns what was added; `undefined` if nothing was, which has been reported. */
  async recording(label: string | undefined, recording: Recording, { name, made }: Origin): Promise<Added | undefined> {
    const isRemoved = this.#store.watchRemovals();
    return this.#busily(async () => {
      try {
        const bundle = await this.#learner.examplesOf(label, recording, { name: this.#unlike(label, name), made });
        if (isRemoved(label)) return undefined;
        const unkept = keptWords(await this.#store.add(bundle));
        if (unkept !== "") this.#events.say(unkept, "storage");
        return { bundle, unkept };
      } catch (thrown) {
        this.#events.say(problemWords(thrown), codeOf(thrown));
        return undefined;
      }
    });
  }

  /** Files of sound, each on its own: one that cannot be used does not keep the others from being used. */
  async files(label: string | undefined, files: readonly File[]): Promise<void> {
    const isRemoved = this.#store.watchRemovals();
    await this.#eachOf(files, async (file) => {
      if (isRemoved(label)) return [];
      const recording = await excerpt(file, 0, MOST_SECONDS, new AbortController().signal);
      const bundle = await this.#learner.examplesOf(label, recording, { name: this.#unlike(label, file.name) });
      if (isRemoved(label)) return [];
      const isCut = recording.pcm.length >= MOST_SECONDS * recording.sampleRate;
      const kept = await this.#keep(bundle);
      return isCut ? [...kept, { words: teachTexts.cut(file.name), code: "" }] : kept;
    });
  }

  /** Files of taught sounds, as the page saves them; each on its own, too. */
  async taught(files: readonly File[]): Promise<void> {
    const isRemoved = this.#store.watchRemovals();
    await this.#eachOf(files, async (file) => {
      if (file.size > MOST_BYTES) throw new SoundError("limit", `${file.name} has ${file.size} bytes`);
      const bundle = await this.#learner.examplesIn(file);
      return this.#open(bundle, isRemoved, files.length > 1 ? file.name : undefined);
    });
  }

  async #again(file: File, renewable: readonly Renewable[]): Promise<void> {
    const isRemoved = this.#store.watchRemovals();
    await this.#eachOf([file], async () => this.#open(await this.#learner.examplesAgain(renewable), isRemoved));
  }

  /** Does `work` with each file, and then shows all messages about them together. */
  async #eachOf(files: readonly File[], work: (file: File) => Promise<Said[]>): Promise<void> {
    await this.#busily(async () => {
      const said: Said[] = [];
      for (const file of files) said.push(...(await work(file).catch((thrown: unknown) => this.#refused(file, thrown))));
      const words = [...new Set(said.map((one) => one.words))].join(" ");
      if (words !== "") this.#events.say(words, said.find(({ code }) => code !== "")?.code ?? "");
    });
  }

  /** For a file of another model that can be learned again, the user is asked. */
  #refused(file: File, thrown: unknown): Said[] {
    const said = (words: string) => [{ words: teachTexts.failed(file.name, words), code: codeOf(thrown) }];
    if (!(thrown instanceof OtherBase)) return said(problemWords(thrown));
    const { base, renewable } = thrown;
    const words = teachTexts.otherBase(base);
    if (renewable.length === 0) return said(`${words} ${teachTexts.otherBaseSoundless}`);
    const question = `${teachTexts.failed(file.name, words)} ${teachTexts.otherBaseAsk(renewable.length)}`;
    this.#events.askAgain(question, () => void this.#again(file, renewable));
    return [];
  }

  async #busily<T>(work: () => Promise<T>): Promise<T> {
    this.#events.busy(true);
    try {
      return await work();
    } finally {
      this.#events.busy(false);
    }
  }

  /** The examples of a file of taught sounds, without those of labels that were removed meanwhile. Of several files, with its name. */
  async #open(bundle: Bundle, isRemoved: (label: string | undefined) => boolean, name?: string): Promise<Said[]> {
    const examples = bundle.examples.filter(({ example }) => !isRemoved(example.label));
    const ids = new Set(examples.map(({ id }) => id));
    const sounds = bundle.sounds.filter(({ id }) => ids.has(id));
    const kept = examples.length === 0 ? [] : await this.#keep({ labels: [], examples, sounds });
    const opened = teachTexts.opened(examples.length);
    return [...kept, { words: name === undefined ? opened : teachTexts.of(name, opened), code: "" }];
  }

  async #keep(bundle: Bundle): Promise<Said[]> {
    const words = keptWords(await this.#store.add(bundle));
    return words === "" ? [] : [{ words, code: "storage" }];
  }

  /** Two recordings with one name would count as one: the second gets a number. */
  #unlike(label: string | undefined, name: string): string {
    const taken = new Set(this.#store.of(label).map(({ example }) => example.recording));
    let free = name;
    for (let n = 2; taken.has(free); n += 1) free = `${name} (${n})`;
    return free;
  }
}

/** What could not be kept; empty if everything was. */
export function keptWords(kept: Kept): string {
  return { kept: "", soundless: teachTexts.fullSound, full: teachTexts.full, unwritten: teachTexts.unwritten }[kept];
}

/** In this view, some errors have other causes than elsewhere on the page. */
export function problemWords(thrown: unknown): string {
  const words: Readonly<Record<string, string>> = { ...errorTexts, ...teachTexts.problems };
  return words[codeOf(thrown)] ?? errorTexts.unknown;
}
