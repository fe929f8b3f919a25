// The spectrogram with its axes, its hint and its progress line.

import type { ModelInfo } from "sourcing-sound";
import { byId, make } from "../dom.js";
import { clock } from "../format.js";
import { texts } from "../texts.js";
import { frequencyMarks } from "./mel-axis.js";
import { Spectrogram } from "./spectrogram.js";

/** Seconds across the live picture. */
const LIVE_SECONDS = 10;

export class Picture {
  readonly #canvas = byId("spectrogram", HTMLCanvasElement);
  readonly #frequencies = byId("frequencies", HTMLElement);
  readonly #times = byId("times", HTMLElement);
  readonly #hint = byId("hint", HTMLElement);
  readonly #progress = byId("progress", HTMLElement);
  readonly #spectrogram = new Spectrogram(this.#canvas);
  #info: ModelInfo | undefined;

  constructor() {
    this.#canvas.setAttribute("aria-label", texts.spectrogram);
    this.#hint.textContent = texts.hint;
    this.#showLiveTimes();
  }

  /** Labels the axis for this model. */
  describe(info: ModelInfo): void {
    this.#info = info;
    const marks = frequencyMarks(info).map(({ hz, height }) => {
      const mark = make("span", "", hz < 1000 ? `${hz}` : `${hz / 1000}k`);
      mark.style.setProperty("--at", String(height));
      return mark;
    });
    const unit = make("span", "unit", texts.hertz);
    this.#frequencies.replaceChildren(...marks, unit);
  }

  setHint(text: string | undefined): void {
    this.#hint.hidden = text === undefined;
    if (text !== undefined) this.#hint.textContent = text;
  }

  /** An empty picture that rolls. */
  beginLive(info: ModelInfo): void {
    this.#showLiveTimes();
    this.#spectrogram.begin(columnsOf(info, LIVE_SECONDS), info.nMels, true);
  }

  /** An empty picture for a recording of `seconds`, to be filled from left to right. */
  beginRecording(info: ModelInfo, seconds: number): void {
    this.#showSpan(seconds);
    this.#spectrogram.begin(columnsOf(info, seconds), info.nMels, false);
  }

  /** Adds what was heard. */
  append(columns: Float32Array): void {
    this.#spectrogram.append(columns);
  }

  /** The whole of a recording that lasts `seconds`. */
  showRecording(columns: Float32Array, seconds: number): void {
    if (this.#info) this.#spectrogram.show(columns, this.#info.nMels);
    this.#showSpan(seconds);
  }

  /** A line at this part of the width, 0 to 1; `undefined` for none. */
  setProgress(at: number | undefined): void {
    this.#progress.hidden = at === undefined;
    if (at !== undefined) this.#progress.style.setProperty("--at", String(Math.min(1, Math.max(0, at))));
  }

  #showSpan(seconds: number): void {
    const steps = [0, 0.25, 0.5, 0.75, 1];
    const text = (at: number) => (seconds < 20 ? `${(at * seconds).toFixed(1)} s` : clock(at * seconds));
    this.#showTimes(steps.map((at) => [at, text(at)]));
  }

  #showLiveTimes(): void {
    const steps = [0, 0.2, 0.4, 0.6, 0.8, 1];
    this.#showTimes(steps.map((at) => [at, at === 1 ? texts.now : `−${Math.round((1 - at) * LIVE_SECONDS)} s`]));
  }

  #showTimes(marks: [number, string][]): void {
    this.#times.replaceChildren(
      ...marks.map(([at, text]) => {
        const mark = make("span", "", text);
        mark.style.setProperty("--at", String(at));
        return mark;
      }),
    );
  }
}

function columnsOf({ sampleRate, hopLength }: ModelInfo, seconds: number): number {
  return Math.round((seconds * sampleRate) / hopLength);
}
