// The models that the page can listen with: offers them, loads the one that is
// chosen and hands it over. One at a time is loaded; a new choice ends the loading before.

import { Classifier, type ModelInfo } from "sourcing-sound";
import { type Choice, fetchChoices, firstChoice, sizeOf } from "./manifest.js";
import { forgetChoice, keepChoice, keptChoices, type OwnFiles, ownChoice, readOwn, sameFiles } from "./own-files.js";
import { fileOf, forgetAllBut } from "./store.js";

export interface ModelSwitcherEvents {
  /** Lets the page listen with a classifier, which is then its own; one that it rejects is closed here. */
  adopt(classifier: Classifier): Promise<void>;
  /** The person asked for another model. */
  began(): void;
  /** It cannot be had; the one before it goes on. */
  failed(thrown: unknown): void;
}

/** A view of the switcher: the line below the controls, or the view of models. All get the same calls. */
export interface ModelSwitcherView {
  /** These are the choices, and this one is active. Called again when the list changes. */
  offer(choices: Choice[], active: Choice): void;
  /** One is being loaded, a file of the person's own where none is said. */
  load(choice: Choice | undefined): void;
  progress(loadedBytes: number, totalBytes: number): void;
  /** All is there: it can no longer be called off. */
  finish(): void;
  activate(choice: Choice): void;
  /** Nothing new listens: what did goes on. */
  giveUp(): void;
  /** Why. */
  fail?(thrown: unknown, choice: Choice | undefined): void;
  /** The person's own listens now and is kept for the next visit, or is not. */
  opened?(choice: Choice, kept: boolean): void;
}

/** What a loading brings. */
interface Loaded {
  choice: Choice;
  classifier: Classifier;
}

export class ModelSwitcher {
  readonly #events: ModelSwitcherEvents;
  readonly #views: ModelSwitcherView[] = [];
  #opened = false;
  #choices: Choice[] = [];
  /** Whether the site's own list is among the choices. */
  #complete = false;
  #active: Choice | undefined;
  #loading: AbortController | undefined;

  constructor(events: ModelSwitcherEvents) {
    this.#events = events;
  }

  /** Adds a view. */
  watch(view: ModelSwitcherView): void {
    this.#views.push(view);
    if (this.#active) view.offer(this.#choices, this.#active);
  }

  /** Offers what there is beside the model that listens already, and loads what was chosen last time. */
  async open(info: ModelInfo): Promise<void> {
    if (this.#opened) return;
    this.#opened = true;
    const listed = await fetchChoices().catch((): Choice[] => []);
    const found = listed.find(({ model, head }) => model.sha256 === info.sha256 && !head);
    // Without the list the page works with what it has; the next visit asks again.
    this.#complete = found !== undefined;
    const active = found ?? firstChoice(info);
    this.#choices = [active, ...listed.filter((choice) => found && choice !== found), ...keptChoices()];
    this.#active = active;
    this.#tell((view) => view.offer(this.#choices, active));
    this.#tidy();
    const last = this.#choices.find(({ id }) => id === remembered());
    if (last && last !== active) await this.#load(last);
  }

  /** The person chose one of those offered. */
  choose(choice: Choice): void {
    this.#events.began();
    void this.#load(choice);
  }

  /** The person opened a model's file, with or without a head's. */
  async openOwn(files: readonly File[]): Promise<void> {
    if (!this.#active) return;
    this.#events.began();
    let own: OwnFiles | undefined;
    const choice = await this.#switch(undefined, async (signal) => {
      own = await readOwn(files);
      const { model, head } = own;
      const classifier = await Classifier.load({ model, ...(head && { head }), signal });
      const choice = await ownChoice(own, classifier.info);
      return { classifier, choice: this.#choices.find((other) => sameFiles(other, choice)) ?? choice };
    });
    if (!choice || !own) return;
    const kept = choice.from !== "person" || (await keepChoice(choice, own));
    this.#tell((view) => view.opened?.(choice, kept));
  }

  /** Forgets one of the person's own; where it listens, the first of all takes its place. */
  async remove(choice: Choice): Promise<void> {
    const [first] = this.#choices;
    if (choice === this.#active && first) await this.#load(first);
    if (!this.#active || choice === this.#active) return;
    const active = this.#active;
    forgetChoice(choice);
    this.#choices = this.#choices.filter((other) => other !== choice);
    this.#tell((view) => view.offer(this.#choices, active));
    this.#tidy();
  }

  /** Ends the loading. */
  cancel(): void {
    if (!this.#loading) return;
    this.#loading.abort();
    this.#loading = undefined;
    this.#tell((view) => view.giveUp());
  }

  async #load(choice: Choice): Promise<void> {
    await this.#switch(choice, async (signal) => ({ choice, classifier: await this.#fetch(choice, signal) }));
  }

  /** Loads by `load` and lets the page listen with what it brings, if nothing else is chosen meanwhile. */
  async #switch(wanted: Choice | undefined, load: (signal: AbortSignal) => Promise<Loaded>): Promise<Choice | undefined> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { signal } = loading;
    this.#tell((view) => view.load(wanted));
    let loaded: Loaded | undefined;
    try {
      loaded = await load(signal);
      signal.throwIfAborted();
      this.#loading = undefined;
      this.#tell((view) => view.finish());
      await this.#events.adopt(loaded.classifier);
      const { choice } = loaded;
      if (this.#active) keepForLater(this.#active);
      this.#active = choice;
      remember(choice.id);
      this.#list(choice);
      this.#tell((view) => view.activate(choice));
      return choice;
    } catch (thrown) {
      loaded?.classifier.close();
      if (signal.aborted) return undefined;
      this.#loading = undefined;
      this.#tell((view) => view.giveUp());
      this.#tell((view) => view.fail?.(thrown, wanted));
      // A file that the person opened is the business of the view where it was opened.
      if (wanted) this.#events.failed(thrown);
      return undefined;
    }
  }

  async #fetch(choice: Choice, signal: AbortSignal): Promise<Classifier> {
    if (choice.from === "page") return Classifier.load({ signal });
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
    return Classifier.load({ model: modelBytes, ...(headBytes && { head: headBytes }), signal });
  }

  /** Puts a choice on the list, in the place of the one with the same name. */
  #list(choice: Choice): void {
    if (this.#choices.includes(choice)) return;
    this.#choices = [...this.#choices.filter(({ id }) => id !== choice.id), choice];
    this.#tell((view) => view.offer(this.#choices, choice));
  }

  /** Without the site's list nobody knows what the site still needs. */
  #tidy(): void {
    if (this.#complete) forgetAllBut(this.#choices).catch(() => undefined);
  }

  #tell(call: (view: ModelSwitcherView) => void): void {
    for (const view of this.#views) call(view);
  }
}

/** The first model came with the page's own parts; kept as the others are, it is found again without a network. */
function keepForLater({ model, from }: Choice): void {
  if (from !== "site") return;
  fileOf(model, { signal: new AbortController().signal, onProgress: () => undefined }).catch(() => undefined);
}

/** Which model the user chose last. Browsers may refuse the page a memory: it then has none. */
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
    // Next time the person chooses again.
  }
}
