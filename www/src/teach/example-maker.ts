// Makes examples of what the user gives: recordings, files, sounds of the history.

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
  /** Shows a message about what was given; `code` is "" if it is not a problem. */
  say(words: string, code?: string): void;
  /** It begins, or ends, to make examples. */
  busy(on: boolean): void;
  /** A file is for another model, and has the sound of its examples: asks whether to learn them again, and then does `yes`. */
  askAgain(words: string, yes: () => void): void;
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
  async recording(label: string | undefined, recording: Recording, { name, made }: Origin): Promise<Bundle | undefined> {
    return this.#busily(async () => {
      try {
        return await this.#keep(await this.#learner.examplesOf(label, recording, { name: this.#unlike(label, name), made }));
      } catch (thrown) {
        this.#events.say(problemWords(thrown), codeOf(thrown));
        return undefined;
      }
    });
  }

  /** Files of sound, each on its own: one that cannot be used does not keep the others from being used. */
  async files(label: string | undefined, files: readonly File[]): Promise<void> {
    await this.#busily(async () => {
      const problems: { code: string; words: string }[] = [];
      for (const file of files) {
        try {
          const recording = await excerpt(file, 0, MOST_SECONDS, new AbortController().signal);
          await this.#keep(await this.#learner.examplesOf(label, recording, { name: this.#unlike(label, file.name) }));
          const isCut = recording.pcm.length >= MOST_SECONDS * recording.sampleRate;
          if (isCut) problems.push({ code: "", words: teachTexts.cut(file.name) });
        } catch (thrown) {
          problems.push({ code: codeOf(thrown), words: teachTexts.failed(file.name, problemWords(thrown)) });
        }
      }
      const code = problems.find((problem) => problem.code !== "")?.code ?? "";
      if (problems.length > 0) this.#events.say(problems.map(({ words }) => words).join(" "), code);
    });
  }

  /** Files of taught sounds, such as the page saves them. */
  async taught(files: readonly File[]): Promise<void> {
    await this.#busily(async () => {
      for (const file of files) {
        try {
          if (file.size > MOST_BYTES) throw new SoundError("limit", `${file.name} has ${file.size} bytes`);
          const bundle = await this.#learner.examplesIn(file);
          if (bundle.examples.length > 0) await this.#keep(bundle);
          this.#events.say(teachTexts.opened(bundle.examples.length));
        } catch (thrown) {
          return this.#refuse(file.name, thrown);
        }
      }
    });
  }

  #refuse(name: string, thrown: unknown): void {
    const isOther = thrown instanceof OtherBase;
    if (!isOther) return this.#events.say(teachTexts.failed(name, problemWords(thrown)), codeOf(thrown));
    const { base, renewable, code } = thrown;
    const words = teachTexts.failed(name, teachTexts.otherBase(base));
    if (renewable.length === 0) return this.#events.say(`${words} ${teachTexts.otherBaseSoundless}`, code);
    this.#events.askAgain(`${words} ${teachTexts.otherBaseAsk(renewable.length)}`, () => void this.#again(name, renewable));
  }

  async #again(name: string, renewable: readonly Renewable[]): Promise<void> {
    await this.#busily(async () => {
      try {
        const bundle = await this.#learner.examplesAgain(renewable);
        if (bundle.examples.length > 0) await this.#keep(bundle);
        this.#events.say(teachTexts.opened(bundle.examples.length));
      } catch (thrown) {
        this.#events.say(teachTexts.failed(name, problemWords(thrown)), codeOf(thrown));
      }
    });
  }

  async #busily<T>(work: () => Promise<T>): Promise<T> {
    this.#events.busy(true);
    try {
      return await work();
    } finally {
      this.#events.busy(false);
    }
  }

  async #keep(bundle: Bundle): Promise<Bundle> {
    const words = keptWords(await this.#store.add(bundle));
    if (words !== "") this.#events.say(words, "storage");
    return bundle;
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

/** In this view some errors have other reasons than elsewhere on the page. */
export function problemWords(thrown: unknown): string {
  const words: Readonly<Record<string, string>> = { ...errorTexts, ...teachTexts.problems };
  return words[codeOf(thrown)] ?? errorTexts.unknown;
}
