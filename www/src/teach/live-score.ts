// How sure the page is of a taught sound while it listens, with a mark where it is recognised.

import { labelWords } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { make, setText } from "../ui/dom.js";
import { percent } from "../ui/format.js";

export class LiveScore {
  readonly element = make("div", "teach-live");
  readonly #meter = make("div", "teach-live-track");
  readonly #words = make("p", "teach-live-words");
  /** Since the page began to listen. */
  #highest: number | undefined;

  constructor(label: string) {
    this.element.dataset["testid"] = "teach-live";
    Object.assign(this.#meter, { role: "meter", ariaLabel: teachTexts.liveName(labelWords(label)), ariaValueMin: "0", ariaValueMax: "100" });
    this.#meter.append(make("span", "teach-live-fill"), make("span", "teach-live-mark"));
    this.element.append(this.#meter, this.#words);
  }

  /** `score` is `undefined` while there is none; both are from 0 to 1. */
  show(listens: boolean, score: number | undefined, threshold: number): void {
    if (!listens) this.#highest = undefined;
    else if (score !== undefined) this.#highest = Math.max(score, this.#highest ?? 0);
    const isRecognised = score !== undefined && score >= threshold;
    this.element.dataset["state"] = score === undefined ? "none" : isRecognised ? "recognised" : "below";
    this.element.style.setProperty("--part", String(score ?? 0));
    this.element.style.setProperty("--mark", String(threshold));
    const parts = [teachTexts.liveFrom(percent(threshold))];
    if (this.#highest !== undefined) parts.unshift(teachTexts.liveHighest(percent(this.#highest)));
    if (score !== undefined) parts.unshift(teachTexts.liveNow(percent(score)));
    const words = parts.join(" · ");
    setText(this.#words, words);
    this.#meter.ariaValueNow = String(Math.round((score ?? 0) * 100));
    this.#meter.ariaValueText = words;
  }
}
