// The result of a recording: its answer, its spectrogram, its stretches on a
// timeline and in a list, and buttons to save them.

import type { Channel, Recording } from "sourcing-sound";
import type { Row } from "../export/rows.js";
import { type Format, formatButtons, saveFile, saveRows } from "../export/save.js";
import { excerpt } from "../sound/excerpt.js";
import type { Part } from "../sound/parts.js";
import { Player } from "../sound/player.js";
import { toWav } from "../sound/wav.js";
import { fileTexts } from "../texts/files.js";
import { labelWords, texts } from "../texts/index.js";
import { make } from "../ui/dom.js";
import { clock, percent, stretch } from "../ui/format.js";
import { iconButton, setIcon } from "../ui/icons.js";
import { scaleOf, Spectrogram } from "../ui/spectrogram.js";
import { Timeline } from "../ui/timeline.js";
import type { Analysis } from "./analysis.js";

/** At most this much of a stretch becomes an example; more would only repeat it. */
const TAUGHT_SECONDS = 10;

/** An answer that the user wants to confirm or correct. */
export interface Answered {
  /** `undefined` if it is rejected. */
  label: string | undefined;
  /** Which recording and where, in words. */
  time: string;
  recording: Promise<Recording | undefined>;
}

export class FileResult {
  readonly element = make("div", "file-result");
  readonly #file: File;
  readonly #path: string;
  readonly #correct: (answered: Answered) => void;
  #channel: Channel = "mix";
  readonly #player = new Player((at) => at === undefined && this.#showPlaying(undefined));
  #rows: HTMLElement[] = [];
  #over = new AbortController();

  /** `path` is the name of the recording in what is saved. */
  constructor(file: File, path: string, correct: (answered: Answered) => void) {
    this.#correct = correct;
    this.#file = file;
    this.#path = path;
    this.element.hidden = true;
  }

  show(analysis: Analysis, channel: Channel, answer: string): void {
    this.clear();
    this.#channel = channel;
    const { info, seconds, parts, columns } = analysis;
    const canvas = make("canvas", "file-picture");
    canvas.role = "img";
    canvas.ariaLabel = fileTexts.picture;
    const details = make("details", "file-parts");
    const list = make("ol", "sounds-rows");
    list.dataset["testid"] = "file-parts";
    this.#rows = parts.map((part) => this.#row(part));
    list.append(...this.#rows);
    details.append(make("summary", "", fileTexts.parts(parts.length)), list);
    // Shown again without what was muted meanwhile, it stays open.
    details.open = this.element.querySelector("details")?.open ?? false;
    const timeline = new Timeline();
    const named = parts.filter(({ category }) => category !== undefined);
    const bars = named.map((part) => ({ ...barOf(part), part }));
    timeline.show({
      from: 0,
      to: seconds,
      bars,
      time: clock,
      name: fileTexts.timeline(named.length),
      onPick: (bar) => {
        details.open = true;
        const row = this.#rows[parts.findIndex(({ start }) => start === bar.onset)];
        row?.focus({ preventScroll: true });
        row?.scrollIntoView({ block: "center" });
      },
    });
    const exports = make("div", "file-exports");
    const save = (format: Format) => saveRows(this.#file.name, format, this.rows(analysis), this.whole(analysis));
    exports.append(...formatButtons("file", save));
    const label = make("p", "file-answer", answer);
    label.dataset["testid"] = "file-answer";
    this.element.replaceChildren(label, canvas, timeline.element, details, exports);
    this.element.hidden = false;
    new Spectrogram(canvas).show(columns, scaleOf(info));
  }

  /** Stops what is playing, or about to play. */
  clear(): void {
    this.#over.abort();
    this.#over = new AbortController();
    this.#player.stop();
  }

  rows({ parts, info }: Analysis): Row[] {
    return parts
      .filter(({ category }) => category !== undefined)
      .map((part) => ({ ...barOf(part), model: info.name, file: this.#path }));
  }

  whole({ predictions, info, seconds, parts, channels, warnings }: Analysis): object {
    return {
      file: this.#path,
      seconds,
      channels,
      channel: this.#channel,
      warnings,
      model: info.name,
      events: parts.filter(({ category }) => category !== undefined).map(barOf),
      segments: predictions.map(({ start, end, categories, rejected }) => {
        const best = categories[0];
        return { start, end, label: best?.label, score: best?.score, rejected };
      }),
    };
  }

  #row(part: Part): HTMLElement {
    const { start, end, category, score } = part;
    const row = make("li", "file-part");
    row.tabIndex = -1;
    row.dataset["label"] = category?.label ?? "rejected";
    const words = category ? labelWords(category.label) : texts.unknown;
    const time = stretch(start, end);
    const play = iconButton("play", fileTexts.play(words, time), () => void this.#play(part, play).catch(() => undefined));
    const save = iconButton("save", fileTexts.save(words, time), () => void this.#save(part).catch(() => undefined));
    const correct = iconButton("teach", fileTexts.correct(words, time), () => {
      const recording = excerpt(this.#file, start, Math.min(end, start + TAUGHT_SECONDS), this.#over.signal, this.#channel);
      this.#correct({ label: category?.label, time: `${this.#file.name}, ${time}`, recording });
    });
    correct.dataset["testid"] = "file-correct";
    row.append(
      make("span", "history-time", time),
      make("span", "history-label", words),
      make("span", "history-score", percent(score)),
      play,
      save,
      correct,
    );
    return row;
  }

  async #play({ start, end }: Part, button: HTMLElement): Promise<void> {
    const playing = button.hasAttribute("data-playing");
    this.#player.stop();
    if (playing) return;
    const { signal } = this.#over;
    const recording = await excerpt(this.#file, start, end, signal, this.#channel);
    if (signal.aborted) return;
    this.#player.load(recording);
    this.#player.play();
    this.#showPlaying(button);
  }

  async #save({ start, end, category }: Part): Promise<void> {
    const recording = await excerpt(this.#file, start, end, this.#over.signal, this.#channel);
    saveFile(`${this.#file.name}-${start.toFixed(1)}-${category?.label ?? "unknown"}.wav`, toWav(recording));
  }

  #showPlaying(button: HTMLElement | undefined): void {
    for (const other of this.element.querySelectorAll<HTMLElement>("[data-playing]")) {
      other.removeAttribute("data-playing");
      setIcon(other, "play");
    }
    if (!button) return;
    button.toggleAttribute("data-playing", true);
    setIcon(button, "stop");
  }
}

function barOf({ start, end, category, score }: Part): { label: string; onset: number; offset: number; score: number } {
  return { label: category?.label ?? "", onset: start, offset: end, score };
}
