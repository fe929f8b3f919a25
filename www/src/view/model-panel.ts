// One line below the controls: the offer to hear more, the loading of it, and
// then the choice between the models.

import { byId, setText } from "../dom.js";
import { megabytes } from "../format.js";
import { type Choice, sizeOf } from "../models/manifest.js";
import { choiceWords, texts } from "../texts/index.js";

export interface ModelPanelEvents {
  chosen(choice: Choice): void;
  cancelled(): void;
}

/** `data-state` of the line; what does not belong to it is hidden. */
type State = "none" | "offer" | "loading" | "choice";

export class ModelPanel {
  readonly #element = byId("models", HTMLElement);
  readonly #more = byId("more", HTMLButtonElement);
  readonly #size = byId("more-size", HTMLElement);
  readonly #words = byId("model-words", HTMLElement);
  readonly #progress = byId("model-progress", HTMLProgressElement);
  readonly #cancel = byId("model-cancel", HTMLButtonElement);
  readonly #select = byId("model-select", HTMLSelectElement);
  #choices: Choice[] = [];
  #active: Choice | undefined;
  /** Once another model has listened, the line offers the choice between them. */
  #chooses = false;
  #state: State = "none";

  constructor(events: ModelPanelEvents) {
    setText(this.#more, texts.more);
    setText(byId("model-label", HTMLElement), texts.listensFor);
    setText(this.#cancel, texts.cancel);
    this.#cancel.onclick = () => events.cancelled();
    this.#more.onclick = () => this.#largest && events.chosen(this.#largest);
    this.#select.onchange = () => {
      const choice = this.#choices.find(({ id }) => id === this.#select.value);
      if (choice) events.chosen(choice);
    };
    this.#show("none");
  }

  /** Offers the model with the most labels, if that is not the one that listens. */
  offer(choices: Choice[], active: Choice): void {
    this.#choices = choices;
    this.#active = active;
    this.#select.replaceChildren(
      ...this.#choices.map((choice) => {
        const option = document.createElement("option");
        option.value = choice.id;
        option.textContent = choiceWords(choice);
        return option;
      }),
    );
    const largest = this.#largest;
    if (largest) setText(this.#size, texts.moreSize(largest.labels, megabytes(sizeOf(largest))));
    if (this.#state !== "loading") this.#rest();
  }

  /** One is being loaded; nothing is told of its bytes unless `progress` is called. */
  load(): void {
    setText(this.#words, texts.gettingReady);
    this.#progress.removeAttribute("value");
    this.#cancel.disabled = false;
    this.#show("loading");
  }

  progress(loadedBytes: number, totalBytes: number): void {
    this.#progress.max = totalBytes;
    this.#progress.value = loadedBytes;
    const part = loadedBytes < totalBytes;
    setText(this.#words, part ? texts.loadingModel(megabytes(loadedBytes), megabytes(totalBytes)) : texts.gettingReady);
  }

  /** All is there: it can no longer be called off. */
  finish(): void {
    setText(this.#words, texts.gettingReady);
    this.#cancel.disabled = true;
  }

  /** The choice listens now. */
  activate(choice: Choice): void {
    this.#active = choice;
    this.#chooses = true;
    this.#rest();
  }

  /** Nothing new listens: what did goes on. */
  giveUp(): void {
    this.#rest();
  }

  get #largest(): Choice | undefined {
    const others = this.#choices.filter(({ labels }) => labels > (this.#active?.labels ?? 0));
    return others.sort((a, b) => b.labels - a.labels)[0];
  }

  #rest(): void {
    if (this.#active) this.#select.value = this.#active.id;
    if (this.#chooses) this.#show("choice");
    else this.#show(this.#largest ? "offer" : "none");
  }

  #show(state: State): void {
    this.#state = state;
    const focused = document.activeElement;
    const hadFocus = focused instanceof HTMLElement && this.#element.contains(focused);
    this.#element.dataset["state"] = state;
    for (const part of this.#element.querySelectorAll<HTMLElement>("[data-in]")) {
      part.hidden = part.dataset["in"] !== state;
    }
    // What was pressed has gone: whoever works by keyboard goes on where the line goes on.
    if (hadFocus) this.#element.querySelector<HTMLElement>(`[data-in="${state}"] :is(button, select)`)?.focus();
  }
}
