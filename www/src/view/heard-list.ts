// The list below: events as they are heard live, or the parts of a recording.

import type { SoundEvent } from "sourcing-sound";
import { byId, make, setText } from "../dom.js";
import { clock, percent, stretch } from "../format.js";
import type { Part } from "../sound/parts.js";
import { labelWords, texts } from "../texts.js";

/** Events kept on the page. */
const KEPT = 50;

export class HeardList {
  readonly #title = byId("heard-title", HTMLElement);
  readonly #list = byId("heard", HTMLElement);
  readonly #rows = new Map<string, HTMLElement>();

  constructor() {
    this.beginLive();
  }

  beginLive(): void {
    setText(this.#title, texts.heardLive);
    this.#rows.clear();
    this.#list.replaceChildren(make("li", "heard-empty", texts.heardNothing));
  }

  /** Adds new events at the top and brings those already there up to date. */
  update(events: readonly SoundEvent[]): void {
    for (const { label, onset, offset, score } of events) {
      const key = `${label} ${onset}`;
      const time = offset === null ? texts.since(clock(onset)) : `${clock(onset)} – ${clock(offset)}`;
      const fresh = row(time, labelWords(label), percent(score), label);
      const present = this.#rows.get(key);
      if (present) present.replaceWith(fresh);
      else this.#list.prepend(fresh);
      this.#rows.set(key, fresh);
    }
    this.#list.querySelector(".heard-empty")?.toggleAttribute("hidden", this.#rows.size > 0);
    for (const key of [...this.#rows.keys()].slice(0, -KEPT)) {
      this.#rows.get(key)?.remove();
      this.#rows.delete(key);
    }
  }

  showParts(parts: readonly Part[]): void {
    setText(this.#title, texts.heardFile);
    this.#rows.clear();
    this.#list.replaceChildren(
      ...parts.map(({ start, end, label, score }) => {
        const words = label === undefined ? texts.unknown : labelWords(label);
        return row(stretch(start, end), words, percent(score), label ?? "rejected");
      }),
    );
  }
}

function row(time: string, words: string, score: string, label: string): HTMLElement {
  const element = make("li", "heard-row");
  element.dataset["label"] = label;
  element.append(make("span", "heard-time", time), make("span", "heard-name", words), make("span", "heard-score", score));
  return element;
}
