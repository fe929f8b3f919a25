// The answer, readable across the room, and the scores behind it.

import type { Category } from "sourcing-sound";
import { byId, make, setText } from "../dom.js";
import { percent } from "../format.js";
import { labelWords, texts } from "../texts.js";
import type { Announcer } from "./announcer.js";

/** Labels shown with their scores. */
const SHOWN = 3;

/** `data-label` of the answer when it is none of the model's labels. */
const REJECTED = "rejected";

/** What a verdict is made of; an update and a prediction both are. */
export interface Judgement {
  categories: readonly Category[];
  rejected: boolean;
}

export class Verdict {
  readonly #source = byId("source", HTMLElement);
  readonly #label = byId("label", HTMLElement);
  readonly #detail = byId("detail", HTMLElement);
  readonly #rows: ScoreRow[];
  readonly #announcer: Announcer;

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
    this.#rows = Array.from({ length: SHOWN }, () => new ScoreRow());
    byId("scores", HTMLElement).replaceChildren(...this.#rows.map((row) => row.element));
  }

  /** No answer yet: says what is going on instead. */
  wait(source: string, words: string, detail = ""): void {
    setText(this.#source, source);
    this.#show("", words, detail);
    for (const row of this.#rows) row.clear();
  }

  /** A line of detail under the words shown. */
  setDetail(detail: string): void {
    setText(this.#detail, detail);
  }

  judge(source: string, { categories, rejected }: Judgement): void {
    setText(this.#source, source);
    const best = categories[0];
    if (rejected || !best) this.#show(REJECTED, texts.unknown, texts.unsure);
    else this.#show(best.label, labelWords(best.label), texts.sure(percent(best.score)));
    this.#rows.forEach((row, i) => row.show(categories[i]));
    this.#announcer.say(this.#label.textContent ?? "");
  }

  #show(label: string, words: string, detail: string): void {
    this.#label.dataset["label"] = label;
    setText(this.#label, words);
    setText(this.#detail, detail);
  }
}

class ScoreRow {
  readonly element = make("li", "score");
  readonly #name = make("span", "score-name");
  readonly #value = make("span", "score-value");
  readonly #bar = make("span", "score-bar");

  constructor() {
    const track = make("span", "score-track");
    track.append(this.#bar);
    this.element.append(this.#name, this.#value, track);
    this.clear();
  }

  show(category: Category | undefined): void {
    if (!category) return this.clear();
    this.element.dataset["label"] = category.label;
    this.element.dataset["score"] = String(category.score);
    setText(this.#name, labelWords(category.label));
    setText(this.#value, percent(category.score));
    this.#bar.style.setProperty("--part", String(category.score));
  }

  clear(): void {
    delete this.element.dataset["label"];
    delete this.element.dataset["score"];
    setText(this.#name, "–");
    setText(this.#value, "");
    this.#bar.style.setProperty("--part", "0");
  }
}
