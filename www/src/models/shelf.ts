// The models that the page can listen with: offers them, loads the one that is
// chosen and hands it over. One at a time is loaded; a new choice ends the loading before.

import { Classifier, type ModelInfo } from "sourcing-sound";
import { ModelPanel } from "../view/model-panel.js";
import { type Choice, fetchChoices } from "./manifest.js";
import { remember, remembered } from "./memory.js";
import { fileOf, forgetAllBut } from "./store.js";

export interface ShelfEvents {
  /** Lets the page listen with a classifier, which is then its own; one that it rejects is closed here. */
  adopt(classifier: Classifier): Promise<void>;
  /** The person asked for another model. */
  began(): void;
  /** It cannot be had; the one before it goes on. */
  failed(thrown: unknown): void;
}

export class Shelf {
  readonly #panel = new ModelPanel({
    chosen: (choice) => {
      this.#events.began();
      void this.#choose(choice);
    },
    cancelled: () => this.#cancel(),
  });
  readonly #events: ShelfEvents;
  #opened = false;
  #active: Choice | undefined;
  #loading: AbortController | undefined;

  constructor(events: ShelfEvents) {
    this.#events = events;
  }

  /** Offers what there is beside the model that listens already, and loads what was chosen last time. */
  async open({ sha256 }: ModelInfo): Promise<void> {
    if (this.#opened) return;
    this.#opened = true;
    let choices: Choice[];
    try {
      choices = await fetchChoices();
    } catch {
      // The page works with the model that it has; the next visit asks again.
      return;
    }
    const active = choices.find(({ model, head }) => model.sha256 === sha256 && !head);
    if (!active) return;
    this.#active = active;
    this.#panel.offer(choices, active);
    forgetAllBut(choices).catch(() => undefined);
    const last = choices.find(({ id }) => id === remembered());
    if (last && last !== active) await this.#choose(last);
  }

  async #choose(choice: Choice): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    const { signal } = loading;
    this.#panel.load();
    let classifier: Classifier | undefined;
    try {
      classifier = await this.#load(choice, signal);
      signal.throwIfAborted();
      this.#loading = undefined;
      this.#panel.finish();
      await this.#events.adopt(classifier);
      if (this.#active) keepForLater(this.#active);
      this.#active = choice;
      remember(choice.id);
      this.#panel.activate(choice);
    } catch (thrown) {
      classifier?.close();
      if (signal.aborted) return;
      this.#panel.giveUp();
      this.#events.failed(thrown);
    }
  }

  async #load({ model, head }: Choice, signal: AbortSignal): Promise<Classifier> {
    const loaded = { model: 0, head: 0 };
    const total = model.bytes + (head?.bytes ?? 0);
    const progress = (part: keyof typeof loaded) => (bytes: number) => {
      loaded[part] = bytes;
      if (!signal.aborted) this.#panel.progress(loaded.model + loaded.head, total);
    };
    const [modelBytes, headBytes] = await Promise.all([
      fileOf(model, { signal, onProgress: progress("model") }),
      head && fileOf(head, { signal, onProgress: progress("head") }),
    ]);
    return Classifier.load({ model: modelBytes, ...(headBytes && { head: headBytes }), signal });
  }

  #cancel(): void {
    if (!this.#loading) return;
    this.#loading.abort();
    this.#loading = undefined;
    this.#panel.giveUp();
  }
}

/** The first model came with the page's own parts; kept as the others are, it is found again without a network. */
function keepForLater({ model }: Choice): void {
  fileOf(model, { signal: new AbortController().signal, onProgress: () => undefined }).catch(() => undefined);
}
