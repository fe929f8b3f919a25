// The result of a recording: its answer, its spectrogram, its sections on a timeline and in a list, and buttons to save them.

import type { Channel } from "sourcing-sound";
import type { Row } from "../export/rows.js";
import { type Format, formatButtons, saveRows } from "../export/save.js";
import type { Muted } from "../listen/muted.js";
import { type Part, toParts } from "../sound/parts.js";
import { fileTexts } from "../texts/files.js";
import { labelWords, texts } from "../texts/index.js";
import { make, setText } from "../ui/dom.js";
import { clock, percent } from "../ui/format.js";
import { scaleOf, Spectrogram } from "../ui/spectrogram.js";
import { Timeline } from "../ui/timeline.js";
import type { Analysis, Columns } from "./analysis.js";
import { PartList, type PartListEvents } from "./part-list.js";

export class FileResult {
  readonly element = make("div", "file-result");
  readonly #file: File;
  readonly #path: string;
  readonly #muted: Muted;
  readonly #answer = make("p", "file-answer");
  readonly #list: PartList;
  #timeline = new Timeline();
  #analysis: Analysis | undefined;
  #channel: Channel = "mix";
  #parts: Part[] = [];

  /** `path` is the name of the recording in what is saved. */
  constructor(file: File, path: string, muted: Muted, events: PartListEvents) {
    this.#file = file;
    this.#path = path;
    this.#muted = muted;
    this.#list = new PartList(file, events);
    this.#answer.dataset["testid"] = "file-answer";
    this.element.hidden = true;
  }

  /** What is shown; `undefined` if there is none. */
  get analysis(): Analysis | undefined {
    return this.#analysis;
  }

  /** The channel that the result is of. */
  get channel(): Channel {
    return this.#channel;
  }

  /** The answer for the whole recording, in words. */
  get answer(): string {
    return this.#answer.textContent;
  }

  /** Whether any section has a label. */
  get hasNamed(): boolean {
    return this.#parts.some(({ category }) => category !== undefined);
  }

  /** Returns the label of the recording. The columns are not kept: they are on the canvas. */
  show(analysis: Analysis, columns: Columns, channel: Channel): string {
    this.#analysis = analysis;
    this.#channel = channel;
    const canvas = make("canvas", "file-picture");
    canvas.role = "img";
    canvas.ariaLabel = fileTexts.picture;
    this.#timeline = new Timeline();
    const exports = make("div", "file-exports");
    const save = (format: Format) => saveRows(this.#file.name, format, this.rows(), () => this.whole());
    exports.append(...formatButtons("file", save));
    this.element.replaceChildren(this.#answer, canvas, this.#timeline.element, this.#list.element, exports);
    this.element.hidden = false;
    new Spectrogram(canvas).show(columns, scaleOf(analysis.info));
    return this.tell();
  }

  /** Shows the answers again, without what is muted. Returns the label of the recording. */
  tell(): string {
    const { segments, seconds } = this.#analysis!;
    const parts = toParts(segments.answers(this.#muted));
    this.#parts = parts;
    const { label, words } = this.#main(seconds);
    setText(this.#answer, words);
    this.#list.show(parts, this.#channel);
    const bars = parts.filter(({ category }) => category !== undefined).map((part) => ({ ...barOf(part), part }));
    this.#timeline.show({
      from: 0,
      to: seconds,
      bars,
      time: clock,
      name: fileTexts.timeline(bars.length),
      onPick: (picked) => {
        const bar = bars.find((one) => one === picked);
        if (bar) this.#list.open(bar.part);
      },
    });
    return label;
  }

  /** Stops what is playing, or about to play. */
  clear(): void {
    this.#list.clear();
  }

  /** Removes it: the latest run has none. */
  forget(): void {
    this.clear();
    this.#analysis = undefined;
    this.#parts = [];
    this.element.hidden = true;
  }

  /** Its sections that have a label. */
  rows(): Row[] {
    const model = this.#analysis?.info.name ?? "";
    const named = this.#parts.filter(({ category }) => category !== undefined);
    return named.map((part) => ({ ...barOf(part), model, file: this.#path }));
  }

  /** All of it, for JSON; `undefined` if there is no result. */
  whole(): object | undefined {
    if (!this.#analysis) return undefined;
    const { segments, info, seconds, channels, warnings } = this.#analysis;
    return {
      file: this.#path,
      seconds,
      channels,
      channel: this.#channel,
      warnings,
      model: info.name,
      events: this.#parts.filter(({ category }) => category !== undefined).map(barOf),
      segments: Array.from(segments.answers(this.#muted), ({ start, end, categories: [best], rejected }) => {
        return { start, end, label: best?.label, score: best?.score, rejected };
      }),
    };
  }

  /** The label of the recording and its mean score; of several, the label that lasts longest and its share of the time. */
  #main(seconds: number): { label: string; words: string } {
    const parts = this.#parts;
    if (parts.length <= 1) {
      const label = parts[0]?.category?.label;
      if (label === undefined) return { label: "rejected", words: texts.unknown };
      return { label, words: `${labelWords(label)} · ${percent(this.#meanScore())}` };
    }
    const lengths = new Map<string, number>();
    for (const { category, start, end } of parts) {
      const label = category?.label ?? "rejected";
      lengths.set(label, (lengths.get(label) ?? 0) + end - start);
    }
    const [[label, length]] = [...lengths].sort(([, a], [, b]) => b - a) as [[string, number]];
    const name = label === "rejected" ? texts.unknown : labelWords(label);
    return { label, words: fileTexts.share(name, percent(length / seconds)) };
  }

  #meanScore(): number {
    const scores = Array.from(this.#analysis!.segments.answers(this.#muted), ({ categories: [best] }) => best?.score ?? 0);
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
}

function barOf({ start, end, category, score }: Part): { label: string; onset: number; offset: number; score: number } {
  return { label: category?.label ?? "", onset: start, offset: end, score };
}
