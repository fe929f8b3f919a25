// One line below the stage: the choice of model, and the progress while one is
// loaded.

import { texts } from "../texts/index.js";
import { modelTexts } from "../texts/models.js";
import { byId, option, setText } from "../ui/dom.js";
import { megabytes } from "../ui/format.js";
import { choiceWords } from "./choice-words.js";
import type { Choice } from "./manifest.js";

export interface ModelPanelEvents {
  chosen(choice: Choice): void;
  cancelled(): void;
}

/** `data-state` of the line; only the parts of that state are visible. */
type State = "none" | "loading" | "choice";

export class ModelPanel {
  readonly #element = byId("models", HTMLElement);
  readonly #words = byId("model-words", HTMLElement);
  readonly #progress = byId("model-progress", HTMLProgressElement);
  readonly #cancel = byId("model-cancel", HTMLButtonElement);
  readonly #select = byId("model-select", HTMLSelectElement);
  #choices: Choice[] = [];
  #active: Choice | undefined;
  #state: State = "none";

  constructor(events: ModelPanelEvents) {
    setText(byId("model-label", HTMLElement), modelTexts.listensFor);
    setText(this.#cancel, texts.cancel);
    this.#cancel.onclick = () => events.cancelled();
    this.#select.onchange = () => {
      const choice = this.#choices.find(({ id }) => id === this.#select.value);
      if (choice) events.chosen(choice);
    };
    this.#show("none");
  }

  /** Sets the choices. */
  offer(choices: Choice[], active: Choice): void {
    this.#choices = choices;
    this.#active = active;
    this.#select.replaceChildren(...choices.map((choice) => option(choice.id, choiceWords(choice))));
    if (this.#state !== "loading") this.#rest();
  }

  /** A model is being loaded; the progress is unknown until `progress` is called. */
  load(): void {
    setText(this.#words, modelTexts.gettingReady);
    this.#progress.removeAttribute("value");
    this.#cancel.ariaDisabled = null;
    this.#show("loading");
  }

  progress(loadedBytes: number, totalBytes: number): void {
    this.#progress.max = totalBytes;
    this.#progress.value = loadedBytes;
    const part = loadedBytes < totalBytes;
    setText(this.#words, part ? modelTexts.loading(megabytes(loadedBytes), megabytes(totalBytes)) : modelTexts.gettingReady);
  }

  /** Everything is loaded: it cannot be cancelled from here on. */
  finish(): void {
    setText(this.#words, modelTexts.gettingReady);
    // Not `disabled`: that would lose the focus.
    this.#cancel.ariaDisabled = "true";
  }

  /** The choice is in use now. */
  activate(choice: Choice): void {
    this.#active = choice;
    this.#rest();
  }

  /** Nothing has changed: the model in use stays. */
  giveUp(): void {
    this.#rest();
  }

  #rest(): void {
    if (this.#active) this.#select.value = this.#active.id;
    this.#show(this.#choices.length > 1 ? "choice" : "none");
  }

  #show(state: State): void {
    this.#state = state;
    const focused = document.activeElement;
    const hadFocus = focused instanceof HTMLElement && this.#element.contains(focused);
    this.#element.dataset["state"] = state;
    for (const part of this.#element.querySelectorAll<HTMLElement>("[data-in]")) {
      part.hidden = part.dataset["in"] !== state;
    }
    // The pressed button is hidden now: keep the keyboard focus in this line.
    if (hadFocus) this.#element.querySelector<HTMLElement>(`[data-in="${state}"] :is(button, select)`)?.focus();
  }
}
