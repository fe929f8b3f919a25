// A line on the stage: the privacy promise, or what went wrong and what to do about it.

import { SoundError } from "sourcing-sound";
import { codeOf } from "../page-error.js";
import { errorTexts, listenTexts, texts } from "../texts/index.js";
import { byId, setText } from "./dom.js";

export class Notice {
  readonly #said = byId("said", HTMLElement);
  readonly #element = byId("notice", HTMLElement);
  readonly #close = byId("said-close", HTMLButtonElement);

  readonly #failed: (thrown: unknown) => void;

  /** `failed` is called with what went wrong, too. */
  constructor(failed: (thrown: unknown) => void) {
    this.#failed = failed;
    setText(this.#close, "×");
    this.#close.ariaLabel = texts.close;
    this.#close.onclick = () => {
      this.clear();
      byId("start", HTMLElement).focus({ preventScroll: true });
    };
    this.clear();
  }

  clear(): void {
    this.#show("none", "", texts.privacy);
  }

  /** A remark that is not an error. */
  remark(text: string): void {
    this.#show("remark", "", text);
  }

  /** A problem with storage, while the page keeps working. */
  trouble(text: string): void {
    this.#show("problem", "storage", text);
  }

  /** Shows the text for an error, or another from `words`; the error's own message becomes the tooltip. */
  fail(thrown: unknown, words: Readonly<Partial<typeof errorTexts>> = {}): void {
    const code = codeOf(thrown);
    const missing = thrown instanceof SoundError ? thrown.missing : undefined;
    const text = missing ? listenTexts.unsupported[missing] : (words[code] ?? errorTexts[code]);
    this.#show("problem", code, text, thrown instanceof Error ? thrown.message : "");
    this.#failed(thrown);
  }

  #show(state: "none" | "remark" | "problem", code: string, text: string, title = ""): void {
    this.#said.dataset["state"] = state;
    this.#close.hidden = state === "none";
    this.#element.dataset["code"] = code;
    setText(this.#element, text);
    this.#element.title = title;
  }
}
