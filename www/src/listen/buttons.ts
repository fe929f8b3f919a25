// The buttons below the stage, and what each does in the current state.

import { listenTexts, texts } from "../texts/index.js";
import { byId, setText } from "../ui/dom.js";

/** What the page is doing; `data-state` of the page's main element. */
export type State =
  | "loading"
  | "idle"
  | "starting"
  | "listening"
  | "paused"
  | "waiting"
  | "recording"
  | "working"
  | "result"
  | "error";

export interface ButtonEvents {
  listen(): void;
  record(): void;
  stop(): void;
  pause(): void;
  resume(): void;
}

/** What a button starts. */
export type Begun = "listen" | "sample" | "record";

/** States in which the microphone or a sample is in use, or about to be. */
const OPEN: readonly State[] = ["starting", "listening", "paused", "waiting", "recording"];

export class Buttons {
  readonly #listen = byId("start", HTMLButtonElement);
  readonly #pause = byId("pause", HTMLButtonElement);
  readonly #record = byId("record", HTMLButtonElement);
  #state: State = "loading";
  /** What was started last. */
  #begun: Begun | undefined;
  #seconds = "4";

  constructor(events: ButtonEvents) {
    this.#listen.onclick = () => (this.#endsHere ? events.stop() : events.listen());
    this.#record.onclick = () => (this.#ends === "record" ? events.stop() : events.record());
    this.#pause.onclick = () => (this.#state === "paused" ? events.resume() : events.pause());
  }

  /** The button that started `which` ends it while that is open; the first button ends a sample too. */
  begin(which: Begun): void {
    this.#begun = which;
  }

  /** `seconds`: how long a recording lasts. */
  describe(seconds: string): void {
    this.#seconds = seconds;
    this.show(this.#state);
  }

  show(state: State): void {
    this.#state = state;
    const listens = state === "listening" || state === "paused";
    if (document.activeElement === this.#pause && !listens) this.#listen.focus();
    setText(this.#listen, this.#endsHere ? (this.#ends === "sample" ? texts.stopSample : texts.stop) : texts.listen);
    setText(this.#record, this.#ends === "record" ? texts.cancel : texts.record(this.#seconds));
    setText(this.#pause, state === "paused" ? listenTexts.resume : listenTexts.pause);
    this.#pause.disabled = !listens;
    this.#listen.toggleAttribute("data-active", this.#endsHere);
    this.#record.toggleAttribute("data-active", this.#ends === "record");
  }

  /** What is open: after an error, this includes a microphone that finally opens. */
  get #ends(): Begun | undefined {
    return OPEN.includes(this.#state) ? this.#begun : undefined;
  }

  /** Whether the first button ends what is running. */
  get #endsHere(): boolean {
    return this.#ends === "listen" || this.#ends === "sample";
  }
}
