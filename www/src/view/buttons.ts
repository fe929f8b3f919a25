// The buttons below the stage: which there are, and what each does now.

import { byId, setText } from "../dom.js";
import type { State } from "../state.js";
import { listenTexts, texts } from "../texts/index.js";

export interface ButtonEvents {
  listen(): void;
  record(): void;
  stop(): void;
  pause(): void;
  resume(): void;
}

/** States in which the microphone is wanted. */
const OPEN: readonly State[] = ["starting", "listening", "paused", "waiting", "recording"];

export class Buttons {
  readonly #listen = byId("listen", HTMLButtonElement);
  readonly #pause = byId("pause", HTMLButtonElement);
  readonly #record = byId("record", HTMLButtonElement);
  #state: State = "loading";
  /** Which of the two ends what is going on. */
  #ends: "listen" | "record" | undefined;
  #seconds = "4";

  constructor(events: ButtonEvents) {
    this.#listen.onclick = () => (this.#ends === "listen" ? events.stop() : events.listen());
    this.#record.onclick = () => (this.#ends === "record" ? events.stop() : events.record());
    this.#pause.onclick = () => (this.#state === "paused" ? events.resume() : events.pause());
  }

  /** The button that was pressed ends what it begins. */
  begin(which: "listen" | "record"): void {
    this.#ends = which;
  }

  /** How long a recording lasts, in words. */
  describe(seconds: string): void {
    this.#seconds = seconds;
    this.show(this.#state);
  }

  show(state: State): void {
    this.#state = state;
    if (!OPEN.includes(state)) this.#ends = undefined;
    const hears = state === "listening" || state === "paused";
    if (document.activeElement === this.#pause && !hears) this.#listen.focus();
    setText(this.#listen, this.#ends === "listen" ? texts.stop : texts.listen);
    setText(this.#record, this.#ends === "record" ? texts.cancel : texts.record(this.#seconds));
    setText(this.#pause, state === "paused" ? listenTexts.resume : listenTexts.pause);
    this.#pause.disabled = !hears;
    this.#listen.toggleAttribute("data-active", this.#ends === "listen");
    this.#record.toggleAttribute("data-active", this.#ends === "record");
  }
}
