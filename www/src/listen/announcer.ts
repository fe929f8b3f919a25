// Announces the answer to screen readers: only when it has changed and has been
// steady for a moment, and not too often.

import { byId } from "../ui/dom.js";

const STEADY_MS = 1000;
const PAUSE_MS = 3000;

export class Announcer {
  readonly #element = byId("announcer", HTMLElement);
  #wanted = "";
  #said = "";
  #saidAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    if (text === this.#wanted) return;
    this.#wanted = text;
    clearTimeout(this.#timer);
    const wait = Math.max(STEADY_MS, this.#saidAt + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => this.#speak(), wait);
  }

  /** After this the same answer is announced again. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#wanted = "";
    this.#said = "";
  }

  #speak(): void {
    if (this.#wanted === this.#said) return;
    this.#said = this.#wanted;
    this.#saidAt = performance.now();
    this.#element.textContent = this.#wanted;
  }
}
