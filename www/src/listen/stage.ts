// The stage: the answer with its scores, the picture, the level, and
// the bar of every label; each in step with the others.

import type { Classifier, Frame, ModelInfo, Prediction, Recording, Update } from "sourcing-sound";
import { texts } from "../texts/index.js";
import { short } from "../ui/format.js";
import { Announcer } from "./announcer.js";
import { Bars } from "./bars.js";
import { LevelHint } from "./level-hint.js";
import { Meter } from "./meter.js";
import { Picture } from "./picture.js";
import { Verdict } from "./verdict.js";

export class Stage {
  readonly picture = new Picture();
  readonly #announcer = new Announcer();
  readonly #verdict = new Verdict(this.#announcer);
  readonly #meter = new Meter();
  readonly #hint = new LevelHint();
  readonly #bars = new Bars();
  /** Where the sound comes from, in words. */
  #source = "";

  describe(info: ModelInfo): void {
    this.picture.describe(info);
    this.#bars.describe(info);
  }

  /** No answer yet: says what is going on instead. */
  wait(source: string, words: string, detail = ""): void {
    this.#source = source;
    this.#verdict.wait(source, words, detail);
  }

  /** Listening begins, or goes on. `hints`: whether the level tells of a microphone. */
  listen(source: string, hints: boolean): void {
    this.wait(source, texts.listening);
    if (hints) this.#hint.begin();
    else this.#hint.end();
  }

  /** The answer of now; `undefined` while there is nothing to name. */
  answer(update: Update, quiet: boolean): void {
    if (quiet) this.#verdict.quiet(this.#source);
    else this.#verdict.judge(this.#source, update);
    this.#bars.show(update.categories, update.groups);
  }

  frame({ columns, level }: Frame): void {
    this.picture.append(columns);
    this.#meter.show(level);
    this.#hint.show(level);
  }

  /** A frame of a recording of `seconds`, `time` after its beginning. */
  recordingFrame({ columns, level }: Frame, time: number, seconds: number): void {
    this.picture.append(columns);
    this.#meter.show(level);
    this.picture.setProgress(time / seconds);
    this.#verdict.setDetail(texts.secondsLeft(Math.max(0, seconds - time).toFixed(1)));
  }

  /** The whole of a recording, with the sounds in it. */
  showRecording(
    info: Classifier["info"],
    { pcm, sampleRate }: Recording,
    columns: Float32Array,
    answer: Pick<Prediction, "categories" | "groups" | "rejected">,
  ): void {
    const seconds = pcm.length / sampleRate;
    this.picture.showRecording(info, columns, seconds);
    this.#verdict.judge(`${texts.fromRecording} · ${short(seconds)} s`, answer);
    this.#bars.show(answer.categories, answer.groups);
  }

  /** Nothing comes in for now; what was answered stays to be read. */
  hold(): void {
    this.#meter.clear();
    this.#hint.end();
    this.#announcer.reset();
  }

  /** There is no sound. */
  quieten(): void {
    this.hold();
    this.#bars.clear();
    this.picture.setProgress(undefined);
  }
}
