// The stage: the answer with the best scores, the picture, the input level, and
// the bars of all labels.

import type { Classifier, Frame, ModelInfo, Prediction, Recording, Update } from "sourcing-sound";
import { texts } from "../texts/index.js";
import { short } from "../ui/format.js";
import { Announcer } from "./announcer.js";
import type { Bars } from "./bars.js";
import { LatePicture } from "./late-picture.js";
import type { LevelHint } from "./level-hint.js";
import { Meter } from "./meter.js";
import { Verdict } from "./verdict.js";

export class Stage {
  readonly picture = new LatePicture();
  readonly #announcer = new Announcer();
  readonly #verdict = new Verdict(this.#announcer);
  readonly #meter = new Meter();
  #bars: Bars | undefined;
  #hint: LevelHint | undefined;
  /** Whether hints on the level make sense: the input is a microphone. */
  #hints = false;
  /** The name of the input. */
  #source = "";

  describe(info: ModelInfo): void {
    this.picture.describe(info);
    this.#verdict.describe(info);
  }

  /** From now on these show every answer too. */
  attach(bars: Bars, hint: LevelHint): void {
    this.#bars = bars;
    this.#hint = hint;
  }

  /** Shows a status instead of an answer. */
  wait(source: string, words: string, detail = ""): void {
    this.#source = source;
    this.#verdict.wait(source, words, detail);
  }

  /** Listening starts or resumes. `hints`: whether the input is a microphone, so that hints on its level make sense. */
  listen(source: string, hints: boolean): void {
    this.wait(source, texts.listening);
    this.#hints = hints;
    this.#hint?.begin();
  }

  /** Shows the current answer. */
  answer(update: Update, quiet: boolean): void {
    if (quiet) {
      this.#verdict.quiet(this.#source);
      this.#bars?.clear();
    } else {
      this.#verdict.answer(this.#source, update);
      this.#bars?.show(update.categories, update.groups);
    }
  }

  frame({ columns, level }: Frame): void {
    this.picture.append(columns);
    this.#meter.show(level);
    if (this.#hints) this.#hint?.show(level);
  }

  /** Shows a frame of a recording of `seconds`, `time` seconds after its start. */
  recordingFrame({ columns, level }: Frame, time: number, seconds: number): void {
    this.picture.append(columns);
    this.#meter.show(level);
    this.picture.setProgress(time / seconds);
    this.#verdict.setDetail(texts.secondsLeft(Math.max(0, seconds - time).toFixed(1)));
  }

  /** Shows a whole recording with its answer. */
  showRecording(
    info: Classifier["info"],
    { pcm, sampleRate }: Recording,
    columns: Float32Array,
    answer: Pick<Prediction, "categories" | "groups" | "rejected">,
  ): void {
    const seconds = pcm.length / sampleRate;
    this.picture.showRecording(info, columns, seconds);
    this.#verdict.answer(`${texts.fromRecording} · ${short(seconds)} s`, answer);
    this.#bars?.show(answer.categories, answer.groups);
  }

  /** There is no input for now; the answer stays. */
  hold(): void {
    this.still();
    this.#hints = false;
    this.#hint?.clear();
    this.#announcer.reset();
  }

  /** No frames arrive for now. */
  still(): void {
    this.#meter.clear();
  }

  /** There is no input. */
  quieten(): void {
    this.hold();
    this.#bars?.clear();
    this.picture.setProgress(undefined);
  }
}
