// Announces the sound to screen readers: once a sound has held on for a moment,
// only when it changes, and not in a torrent.

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

  /** Forgets what was wanted, so that the same sound is announced again next time. */
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
