// The spectrogram with its axes and a progress line.

import type { ModelInfo } from "sourcing-sound";
import { pictureTexts } from "../texts/picture.js";
import { byId, make } from "../ui/dom.js";
import { clock, decimal } from "../ui/format.js";
import { scaleOf, Spectrogram } from "../ui/spectrogram.js";
import { frequencyMarks, heightOn } from "./mel-axis.js";

/** Seconds across the live picture. */
const LIVE_SECONDS = 10;

export class Picture {
  readonly #canvas = byId("spectrogram", HTMLCanvasElement);
  readonly #frequencies = byId("frequencies", HTMLElement);
  readonly #times = byId("times", HTMLElement);
  readonly #progress = byId("progress", HTMLElement);
  readonly #spectrogram = new Spectrogram(this.#canvas);
  #info: ModelInfo | undefined;
  /** Seconds across the picture. */
  #seconds = LIVE_SECONDS;
  /** Whether live columns are painted from left to right, again and again, with the line where the next one goes. */
  #sweeps = false;

  constructor() {
    this.#canvas.setAttribute("aria-label", pictureTexts.name);
    this.#showLiveTimes();
  }

  /** Labels the frequency axis for this model, and moves what is shown to the new axis. */
  describe(info: ModelInfo): void {
    const before = this.#info;
    this.#info = info;
    if (before) {
      const heightBefore = (height: number) => heightOn(before, info, height);
      this.#spectrogram.rescale(columnsOf(info, this.#seconds), scaleOf(info), heightBefore);
    }
    const marks = frequencyMarks(info).map(({ hz, height }) => {
      const mark = make("span", "", hz < 1000 ? `${hz}` : `${hz / 1000}k`);
      mark.style.setProperty("--at", String(height));
      return mark;
    });
    const unit = make("span", "unit", pictureTexts.hertz);
    this.#frequencies.replaceChildren(...marks, unit);
  }

  /** Starts an empty picture that scrolls or, with reduced motion, is overwritten from left to right. */
  beginLive(info: ModelInfo): void {
    this.#spectrogram.begin(columnsOf(info, LIVE_SECONDS), scaleOf(info), true);
    this.#sweeps = !this.#spectrogram.rolls;
    if (this.#sweeps) this.#showSpan(LIVE_SECONDS);
    else this.#showLiveTimes();
  }

  /** Starts an empty picture for a recording of `seconds`, filled from left to right. */
  beginRecording(info: ModelInfo, seconds: number): void {
    this.#sweeps = false;
    this.#showSpan(seconds);
    this.#spectrogram.begin(columnsOf(info, seconds), scaleOf(info), false);
  }

  /** Adds columns. */
  append(columns: Float32Array): void {
    this.#spectrogram.append(columns);
    if (this.#sweeps) this.setProgress(this.#spectrogram.reached);
  }

  /** Shows a whole recording of `seconds`. */
  showRecording(info: ModelInfo, columns: Float32Array, seconds: number): void {
    this.#sweeps = false;
    this.#spectrogram.show(columns, scaleOf(info));
    this.#showSpan(seconds);
  }

  /** Shows a line at a position from 0 (left) to 1; `undefined` hides it. */
  setProgress(at: number | undefined): void {
    this.#progress.hidden = at === undefined;
    if (at !== undefined) this.#progress.style.setProperty("--at", String(Math.min(1, Math.max(0, at))));
  }

  #showSpan(seconds: number): void {
    this.#seconds = seconds;
    const steps = [0, 0.25, 0.5, 0.75, 1];
    const text = (at: number) => (seconds < 20 ? `${decimal(at * seconds, 1)} s` : clock(at * seconds));
    this.#showTimes(steps.map((at) => [at, text(at)]));
  }

  #showLiveTimes(): void {
    this.#seconds = LIVE_SECONDS;
    const steps = [0, 0.2, 0.4, 0.6, 0.8, 1];
    this.#showTimes(steps.map((at) => [at, at === 1 ? pictureTexts.now : `−${Math.round((1 - at) * LIVE_SECONDS)} s`]));
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
