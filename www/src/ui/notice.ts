// One line below the controls: the privacy promise, or what went wrong and
// what to do.

import { SoundError } from "sourcing-sound";
import { codeOf } from "../page-error.js";
import { errorTexts, listenTexts, modelErrorTexts, texts } from "../texts/index.js";
import { byId } from "./dom.js";

export class Notice {
  readonly #element = byId("notice", HTMLElement);

  constructor() {
    this.clear();
  }

  clear(): void {
    this.#show("", texts.privacy);
  }

  /** A remark that is not an error. */
  remark(text: string): void {
    this.#show("", text);
  }

  /** Something that is wrong while the page goes on, in words of its own. */
  trouble(text: string): void {
    this.#show("storage", text);
  }

  /** The sentence for an error; its own words are kept as the title, for whoever looks into it. */
  fail(thrown: unknown): void {
    this.#fail(thrown, errorTexts);
  }

  /** The sentence for another model that cannot be had while the page goes on. */
  failModel(thrown: unknown): void {
    this.#fail(thrown, { ...errorTexts, ...modelErrorTexts });
  }

  #fail(thrown: unknown, words: Record<keyof typeof errorTexts, string>): void {
    const code = codeOf(thrown);
    const missing = thrown instanceof SoundError ? thrown.missing : undefined;
    const text = missing ? listenTexts.unsupported[missing] : words[code];
    this.#show(code, text, thrown instanceof Error ? thrown.message : "");
  }

  #show(code: string, text: string, title = ""): void {
    this.#element.dataset["code"] = code;
    this.#element.textContent = text;
    this.#element.title = title;
  }
}
