// Switches between the models: offers the choices, loads the chosen one and hands
// it over. One is loaded at a time; a new choice cancels the one that is loading.

import { Classifier, type LoadOptions, type ModelInfo } from "sourcing-sound";
import type { AnyErrorCode } from "../texts/codes.js";
import { modelTexts } from "../texts/models.js";
import { keepEngineOf } from "./general-engine.js";
import { type Choice, fetchChoices, firstChoice, sizeOf, takesTaught } from "./manifest.js";
import { forgetChoice, keepChoice, keptChoices, type OwnFiles, ownChoice, readOwn, sameFiles } from "./own-files.js";
import { fileOf, forgetAllBut } from "./store.js";
import { loadTaught } from "./taught.js";

export interface ModelSwitcherEvents {
  /** Takes over a classifier and puts it in use. If it rejects, the classifier is closed here. */
  adopt(classifier: Classifier): Promise<void>;
  /** The user chose another model. */
  began(): void;
  /** It could not be loaded; the model in use stays. `words`: other texts for some errors. */
  failed(thrown: unknown, words: Readonly<Partial<Record<AnyErrorCode, string>>>): void;
}

/** A view of the switcher: the line below the stage, or the Models view. All get the same calls. */
export interface ModelSwitcherView {
  /** Sets the choices and the one in use. Called again when the list changes. */
  offer(choices: Choice[], active: Choice): void;
  /** A model is being loaded; `undefined` for a file that the user opened. */
  load(choice: Choice | undefined): void;
  progress(loadedBytes: number, totalBytes: number): void;
  /** Everything is loaded: it cannot be cancelled from here on. */
  finish(): void;
  activate(choice: Choice): void;
  /** Nothing has changed: the model in use stays. */
  giveUp(): void;
  /** The reason. */
  fail?(thrown: unknown, choice: Choice | undefined): void;
  /** The user's own model is in use. `kept`: it is saved for the next visit. */
  opened?(choice: Choice, kept: boolean): void;
}

/** The result of loading. */
interface Loaded {
  choice: Choice;
  classifier: Classifier;
  /** What is taught, as far as the classifier has it. */
  taught?: Taught | undefined;
}

/** `undefined`: nothing is taught. */
interface Taught {
  head: Uint8Array<ArrayBuffer> | undefined;
}

export class ModelSwitcher {
  readonly #events: ModelSwitcherEvents;
  readonly #views: ModelSwitcherView[] = [];
  #opened = false;
  #choices: Choice[] = [];
  /** SHA-256 of the model that came with the page. */
  #page: string | undefined;
  /** Whether the site's list could be loaded. */
  #complete = false;
  #active: Choice | undefined;
  #loading: AbortController | undefined;
  /** The one that is loading, or was last. */
  #wanted: Choice | undefined;
  /** What was taught during this visit; another object each time. */
  #taught: Taught | undefined;
  /** What the everyday model in use, or last in use, has of it. */
  #applied: Taught | undefined;
  /** Classifiers are put in use one after the other. */
  #adopting: Promise<unknown> = Promise.resolve();

  constructor(events: ModelSwitcherEvents) {
    this.#events = events;
  }

  /** Adds a view. */
  watch(view: ModelSwitcherView): void {
    this.#views.push(view);
    if (this.#active) view.offer(this.#choices, this.#active);
  }

  /** Offers all choices, `info` being the model in use, and loads the one that was chosen last time. */
  async open(info: ModelInfo): Promise<void> {
    if (this.#opened) return;
    this.#opened = true;
    this.#page = info.sha256;
    const listed = await fetchChoices().catch((): Choice[] => []);
    const found = listed.find(({ model, head }) => model.sha256 === info.sha256 && !head);
    // Without the list the page works with the models that it has; the next visit tries again.
    this.#complete = found !== undefined;
    const active = found ?? firstChoice(info);
    this.#choices = [active, ...listed.filter((choice) => found && choice !== found), ...keptChoices()];
    this.#active = active;
    this.#tell((view) => view.offer(this.#choices, active));
    this.#tidy();
    const last = this.#choices.find(({ id }) => id === remembered());
    if (last && last !== active) await this.#load(last);
    else await this.#applyTaught();
  }

  /** The everyday model continues with this head. Does not show that it loads anything, since the choice stays the same. */
  teach(head: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    this.#taught = { head };
    return this.#applyTaught();
  }

  /** The user wants the model that takes what is taught. */
  chooseTaught(): void {
    const choice = this.#choices.find((choice) => this.#takesTaught(choice));
    if (choice) this.choose(choice);
  }

  /** The user chose one from the list. */
  choose(choice: Choice): void {
    this.#events.began();
    void this.#load(choice);
  }

  /** The user opened a model's file, with or without a head. */
  async openOwn(files: readonly File[]): Promise<void> {
    if (!this.#active) return;
    this.#events.began();
    let own: OwnFiles | undefined;
    const choice = await this.#switch(undefined, async (signal) => {
      own = await readOwn(files);
      const { model, head } = own;
      const classifier = await Classifier.load({ model, ...(head && { head }), signal });
      const made = await ownChoice(own, classifier.info);
      const choice = this.#choices.find((other) => sameFiles(other, made)) ?? made;
      if (!this.#takesTaught(choice)) return { classifier, choice };
      classifier.close();
      return this.#everyday(choice, { model, signal });
    });
    if (!choice || !own) return;
    const kept = choice.from !== "person" || (await keepChoice(choice, own));
    // If another is loading by now, that is shown.
    if (this.#choices.includes(choice)) return this.#loading ? undefined : this.#tell((view) => view.opened?.(choice, kept));
    // It was removed while it was being saved.
    forgetChoice(choice);
    this.#tidy();
  }

  /** Removes one of the user's own. If it is in use, the first of the list replaces it. */
  async remove(choice: Choice): Promise<void> {
    if (choice === this.#wanted) this.cancel();
    // It may be about to be put in use.
    await this.#adopting;
    const [first] = this.#choices;
    if (choice === this.#active && first) await this.#load(first);
    if (!this.#active || choice === this.#active) return;
    const active = this.#active;
    forgetChoice(choice);
    this.#choices = this.#choices.filter((other) => other !== choice);
    this.#tell((view) => view.offer(this.#choices, active));
    this.#tidy();
  }

  /** Cancels the loading. */
  cancel(): void {
    if (!this.#loading) return;
    this.#loading.abort();
    this.#giveUp();
  }

  /** The model in use stays, with what was taught while the other one was loaded. */
  #giveUp(): void {
    this.#loading = undefined;
    this.#tell((view) => view.giveUp());
    this.#catchUp();
  }

  /** Something may have been taught meanwhile. */
  #catchUp(): void {
    this.#applyTaught().catch(() => undefined);
  }

  #applyTaught(): Promise<void> {
    return this.#inTurn(() => this.#apply());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#adopting.then(work);
    this.#adopting = done.catch(() => undefined);
    return done;
  }

  async #apply(): Promise<void> {
    const choice = this.#active;
    if (!choice || !this.#takesTaught(choice) || this.#loading || this.#taught === this.#applied) return;
    const { classifier, taught } = await this.#fetch(choice, new AbortController().signal);
    // It is applied when the choice that came between is in use or given up.
    if (this.#loading) return classifier.close();
    try {
      await this.#events.adopt(classifier);
      this.#applied = taught;
    } catch (thrown) {
      classifier.close();
      if (!this.#loading) throw thrown;
    }
  }

  async #load(choice: Choice): Promise<void> {
    await this.#switch(choice, (signal) => this.#fetch(choice, signal));
  }

  /** Puts the result of `load` in use, unless another choice comes first. */
  async #switch(wanted: Choice | undefined, load: (signal: AbortSignal) => Promise<Loaded>): Promise<Choice | undefined> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#wanted = wanted;
    const { signal } = loading;
    this.#tell((view) => view.load(wanted));
    let loaded: Loaded | undefined;
    try {
      loaded = await load(signal);
      const { choice, classifier, taught } = loaded;
      await this.#inTurn(async () => {
        signal.throwIfAborted();
        this.#loading = undefined;
        this.#tell((view) => view.finish());
        await this.#events.adopt(classifier);
        if (this.#active) keepForLater(this.#active);
        this.#active = choice;
        if (this.#takesTaught(choice)) this.#applied = taught;
      });
      keepEngineOf(classifier.info);
      remember(choice.id);
      this.#list(choice);
      // Another may have been chosen while this one was put in use: its progress stays.
      this.#tell((view) => (this.#loading ? view.offer(this.#choices, choice) : view.activate(choice)));
      this.#catchUp();
      return choice;
    } catch (thrown) {
      loaded?.classifier.close();
      // Another was chosen meanwhile.
      if (signal.aborted || (this.#loading && this.#loading !== loading)) return undefined;
      this.#giveUp();
      this.#tell((view) => view.fail?.(thrown, wanted));
      // For a file that the user opened, the Models view shows the error.
      if (wanted) this.#events.failed(thrown, modelTexts.errors);
      return undefined;
    }
  }

  async #fetch(choice: Choice, signal: AbortSignal): Promise<Loaded> {
    if (choice.from === "page") return this.#everyday(choice, { signal });
    const { model, head } = choice;
    const loaded = { model: 0, head: 0 };
    const total = sizeOf(choice);
    const progress = (part: keyof typeof loaded) => (bytes: number) => {
      loaded[part] = bytes;
      if (!signal.aborted) this.#tell((view) => view.progress(loaded.model + loaded.head, total));
    };
    const [modelBytes, headBytes] = await Promise.all([
      fileOf(model, { signal, onProgress: progress("model") }),
      head && fileOf(head, { signal, onProgress: progress("head") }),
    ]);
    if (this.#takesTaught(choice)) return this.#everyday(choice, { model: modelBytes, signal });
    return { choice, classifier: await Classifier.load({ model: modelBytes, ...(headBytes && { head: headBytes }), signal }) };
  }

  #takesTaught(choice: Choice): boolean {
    return takesTaught(choice, this.#page);
  }

  /** With what was taught during this visit, or else before. */
  async #everyday(choice: Choice, options: LoadOptions): Promise<Loaded> {
    const taught = this.#taught;
    const load = (more: LoadOptions) => Classifier.load({ ...options, ...more });
    const classifier = taught ? await load(taught.head ? { head: taught.head } : {}) : await loadTaught(load);
    return { choice, classifier, taught };
  }

  /** Adds a choice to the list, replacing one with the same id. */
  #list(choice: Choice): void {
    if (this.#choices.includes(choice)) return;
    this.#choices = [...this.#choices.filter(({ id }) => id !== choice.id), choice];
    this.#tell((view) => view.offer(this.#choices, choice));
  }

  /** Only with the site's list is it known which files are still needed. Another tab may have opened more. */
  #tidy(): void {
    if (this.#complete) forgetAllBut([...this.#choices, ...keptChoices()]).catch(() => undefined);
  }

  #tell(call: (view: ModelSwitcherView) => void): void {
    for (const view of this.#views) call(view);
  }
}

/** The first model came with the page. Cached like the others, it is also available without a network. */
function keepForLater({ model, from }: Choice): void {
  if (from !== "site") return;
  fileOf(model, { signal: new AbortController().signal, onProgress: () => undefined }).catch(() => undefined);
}

/** The id of the choice in use. */
const KEY = "sourcing-sound.model";

function remembered(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Next time the user has to choose again.
  }
}
