// The bar at the bottom of the window that shows what was done or failed, with a button to undo it, and perhaps one for what can
// be done next. It covers a part of the page, so that nothing moves, and stays until it is closed or something else is done.

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
  /** What had the focus before the bar. */
  #before: Element | null = null;

  constructor() {
    this.#element.dataset["testid"] = "undo-bar";
    this.#element.ariaLabel = teachTexts.undo;
    this.#words.role = "status";
    this.#actions.append(this.#next, this.#undo, smallButton(teachTexts.close, "undo-close", () => this.hide()));
    this.#element.append(this.#words, this.#actions);
    document.body.append(this.#element);
    addEventListener("keydown", ({ key }) => {
      // In a dialog, Escape closes the dialog.
      if (key === "Escape" && !document.querySelector("dialog[open]")) this.hide();
    });
    this.hide();
  }

  /** Without `undone`, there is nothing to undo. */
  show(words: string, undone?: () => void, offer?: Offer): void {
    const { activeElement } = document;
    if (!this.#element.contains(activeElement)) this.#before = activeElement;
    this.#undone = undone;
    this.#undo.hidden = undone === undefined;
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
    const hadFocus = this.#element.contains(document.activeElement);
    this.#actions.hidden = true;
    setText(this.#words, "");
    if (hadFocus && this.#before instanceof HTMLElement) this.#before.focus();
  }

  #press(): void {
    const undone = this.#undone;
    this.hide();
    undone?.();
  }
}
