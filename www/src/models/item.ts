// One model in the list: a radio button to see its details, and a button to use it.

import { ownValue } from "../own-value.js";
import { modelTexts } from "../texts/models.js";
import { make, setText } from "../ui/dom.js";
import { byteSize, megabytes } from "../ui/format.js";
import { choiceName } from "./choice-words.js";
import { type Choice, sizeOf } from "./manifest.js";

export interface ModelItemEvents {
  /** The user wants to see its details. */
  selected(choice: Choice): void;
  /** The user wants to use it. */
  chosen(choice: Choice): void;
  cancelled(): void;
  removed(choice: Choice): void;
}

/** `data-state` of the entry. */
type State = "rest" | "active" | "loading";

export class ModelItem {
  readonly element = make("li", "model-list-item");
  readonly choice: Choice;
  readonly #radio = make("input", "model-list-radio");
  readonly #size = make("span", "model-list-size");
  readonly #progress = make("progress", "models-progress");
  readonly #inUse = make("span", "model-list-in-use", modelTexts.inUse);
  readonly #button = make("button", "button small", modelTexts.use);
  #state: State = "rest";

  constructor(choice: Choice, events: ModelItemEvents) {
    this.choice = choice;
    this.element.dataset["testid"] = "model-item";
    this.element.dataset["id"] = choice.id;
    const label = make("label", "model-list-label");
    const name = make("span", "model-list-name", choiceName(choice));
    label.append(name, this.#size);
    const about = ownValue(modelTexts.about, choice.id);
    if (choice.from !== "person" && about) {
      const terms = make("span", "model-list-terms", about.terms);
      terms.dataset["testid"] = "model-terms";
      label.append(make("span", "model-list-about", about.what), terms);
    }
    label.htmlFor = this.#radio.id = `model-list-${choice.id}`;
    name.id = `${this.#radio.id}-name`;
    this.#radio.type = "radio";
    this.#radio.name = "model-list";
    this.#radio.onchange = () => events.selected(choice);
    this.#progress.setAttribute("aria-labelledby", name.id);
    this.#button.type = "button";
    this.#button.setAttribute("aria-describedby", name.id);
    this.#button.onclick = () => (this.#state === "loading" ? events.cancelled() : events.chosen(choice));
    const actions = make("div", "model-list-actions");
    actions.append(this.#inUse, this.#button);
    this.element.append(this.#radio, label, actions);
    if (choice.from === "person") this.element.append(this.#removal(name.id, events));
    this.element.append(this.#progress);
    this.setState("rest");
  }

  #removal(describedBy: string, events: ModelItemEvents): HTMLElement {
    const button = make("button", "model-list-remove", modelTexts.remove);
    button.type = "button";
    button.dataset["testid"] = "model-remove";
    button.setAttribute("aria-describedby", describedBy);
    button.onclick = () => events.removed(this.choice);
    return button;
  }

  set selected(selected: boolean) {
    this.#radio.checked = selected;
  }

  setState(state: State): void {
    // The pressed button may be hidden now: keep the keyboard focus in this entry.
    const hadFocus = document.activeElement === this.#button;
    this.#state = state;
    this.element.dataset["state"] = state;
    this.#inUse.hidden = state !== "active";
    this.#button.hidden = state === "active";
    this.#button.ariaDisabled = null;
    this.#progress.hidden = state !== "loading";
    this.#progress.removeAttribute("value");
    setText(this.#button, state === "loading" ? modelTexts.cancel : modelTexts.use);
    setText(this.#size, state === "loading" ? modelTexts.gettingReady : this.#sizeWords());
    if (hadFocus && state === "active") this.#radio.focus();
  }

  progress(loadedBytes: number, totalBytes: number): void {
    this.#progress.max = totalBytes;
    this.#progress.value = loadedBytes;
    const { loading, gettingReady } = modelTexts;
    const part = loadedBytes < totalBytes;
    setText(this.#size, part ? loading(megabytes(loadedBytes), megabytes(totalBytes)) : gettingReady);
  }

  /** Everything is loaded: it cannot be cancelled from here on. */
  finish(): void {
    // Not `disabled`: that would lose the focus.
    this.#button.ariaDisabled = "true";
  }

  #sizeWords(): string {
    const size = sizeOf(this.choice);
    const sounds = modelTexts.sounds(this.choice.labels);
    return size > 0 ? `${sounds} · ${byteSize(size)}` : sounds;
  }
}
