// The bar at the bottom of the window that shows what was done, with a button to undo it, and perhaps one for what can be done
// next. It lies over the page, so that nothing moves, and stays until it is closed or something else is done.

import { teachTexts } from "../texts/teach.js";
import { make, setText, smallButton } from "../ui/dom.js";

/** What can be done next. */
export interface Offer {
  words: string;
  pressed(): void;
}

export class UndoBar {
  readonly #element = make("aside", "prompt undo-bar");
  readonly #words = make("p", "");
  readonly #actions = make("div", "prompt-actions");
  readonly #undo = smallButton(teachTexts.undo, "undo", () => this.#press());
  readonly #next = smallButton("", "undo-next", () => {
    const { pressed } = this.#offer ?? {};
    this.hide();
    pressed?.();
  });
  #undone: (() => void) | undefined;
  #offer: Offer | undefined;

  constructor() {
    this.#element.dataset["testid"] = "undo-bar";
    this.#element.ariaLabel = teachTexts.undo;
    this.#words.role = "status";
    this.#actions.append(this.#next, this.#undo, smallButton(teachTexts.close, "undo-close", () => this.hide()));
    this.#element.append(this.#words, this.#actions);
    document.body.append(this.#element);
    addEventListener("keydown", ({ key }) => key === "Escape" && this.hide());
    this.hide();
  }

  show(words: string, undone: () => void, offer?: Offer): void {
    this.#undone = undone;
    this.#offer = offer;
    setText(this.#next, offer?.words ?? "");
    this.#next.hidden = offer === undefined;
    this.#element.dataset["state"] = "done";
    this.#actions.hidden = false;
    setText(this.#words, words);
  }

  hide(): void {
    this.#undone = undefined;
    this.#offer = undefined;
    this.#element.dataset["state"] = "none";
    this.#actions.hidden = true;
    setText(this.#words, "");
  }

  #press(): void {
    const undone = this.#undone;
    this.hide();
    undone?.();
  }
}
