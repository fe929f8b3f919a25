// The spectrogram with its axes and its progress line.

import type { ModelInfo } from "sourcing-sound";
import { texts } from "../texts/index.js";
import { byId, make } from "../ui/dom.js";
import { clock } from "../ui/format.js";
import { type Scale, Spectrogram } from "../ui/spectrogram.js";
import { frequencyMarks, heightOn } from "./mel-axis.js";

/** Seconds across the live picture. */
const LIVE_SECONDS = 10;

/** Log-mel values shown as black and as the brightest colour, where they are decibel of power. */
const DECIBEL_RANGE = { floor: -65, ceiling: 15 };
/**
 * The same where they are natural logarithms, as parts of the value in digital silence: it tells those of powers from
 * those of magnitudes, which lie half as far from 0. Beyond the lowest that is usual, silence says nothing of the rest.
 */
const NATURAL_PARTS = { floor: 0.8, ceiling: -0.58 };
const LOWEST_SILENCE = -11.5;

export class Picture {
  readonly #canvas = byId("spectrogram", HTMLCanvasElement);
  readonly #frequencies = byId("frequencies", HTMLElement);
  readonly #times = byId("times", HTMLElement);
  readonly #progress = byId("progress", HTMLElement);
  readonly #spectrogram = new Spectrogram(this.#canvas);
  #info: ModelInfo | undefined;
  /** Seconds across the picture. */
  #seconds = LIVE_SECONDS;

  constructor() {
    this.#canvas.setAttribute("aria-label", texts.spectrogram);
    this.#showLiveTimes();
  }

  /** Labels the axis for this model; what is shown moves to its place on the new axis. */
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
    const unit = make("span", "unit", texts.hertz);
    this.#frequencies.replaceChildren(...marks, unit);
  }

  /** An empty picture that rolls. */
  beginLive(info: ModelInfo): void {
    this.#showLiveTimes();
    this.#spectrogram.begin(columnsOf(info, LIVE_SECONDS), scaleOf(info), true);
  }

  /** An empty picture for a recording of `seconds`, to be filled from left to right. */
  beginRecording(info: ModelInfo, seconds: number): void {
    this.#showSpan(seconds);
    this.#spectrogram.begin(columnsOf(info, seconds), scaleOf(info), false);
  }

  /** Adds columns. */
  append(columns: Float32Array): void {
    this.#spectrogram.append(columns);
  }

  /** The whole of a recording that lasts `seconds`. */
  showRecording(info: ModelInfo, columns: Float32Array, seconds: number): void {
    this.#spectrogram.show(columns, scaleOf(info));
    this.#showSpan(seconds);
  }

  /** A line at this part of the width, 0 to 1; `undefined` for none. */
  setProgress(at: number | undefined): void {
    this.#progress.hidden = at === undefined;
    if (at !== undefined) this.#progress.style.setProperty("--at", String(Math.min(1, Math.max(0, at))));
  }

  #showSpan(seconds: number): void {
    this.#seconds = seconds;
    const steps = [0, 0.25, 0.5, 0.75, 1];
    const text = (at: number) => (seconds < 20 ? `${(at * seconds).toFixed(1)} s` : clock(at * seconds));
    this.#showTimes(steps.map((at) => [at, text(at)]));
  }

  #showLiveTimes(): void {
    this.#seconds = LIVE_SECONDS;
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

/** How this model's columns are to be drawn. */
export function scaleOf({ nMels, logScale, silentValue }: ModelInfo): Scale {
  if (logScale === "decibel") return { nMels, ...DECIBEL_RANGE };
  const silence = Math.max(silentValue, LOWEST_SILENCE);
  return { nMels, floor: NATURAL_PARTS.floor * silence, ceiling: NATURAL_PARTS.ceiling * silence };
}

function columnsOf({ sampleRate, hopLength }: ModelInfo, seconds: number): number {
  return Math.round((seconds * sampleRate) / hopLength);
}
