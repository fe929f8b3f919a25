// The sections of a recording in a list, as many as can be read at a time, with buttons to play, save and correct each.

import type { Channel, Recording } from "sourcing-sound";
import { saveFile } from "../export/save.js";
import { excerpt, excerptEnd } from "../sound/excerpt.js";
import type { Part } from "../sound/parts.js";
import { PlayButtons } from "../sound/play-buttons.js";
import { toWav } from "../sound/wav.js";
import { fileTexts } from "../texts/files.js";
import { labelWords, texts } from "../texts/index.js";
import { make, setText, smallButton } from "../ui/dom.js";
import { percent, stretch } from "../ui/format.js";
import { iconButton } from "../ui/icons.js";

/** Rows added at a time: a long recording has thousands of sections. */
const PAGE = 100;

/** At most this much of a section becomes an example; more would only repeat it. */
const TAUGHT_SECONDS = 10;

/** An answer that the user wants to confirm or correct. */
export interface Answered {
  /** `undefined` if it is rejected. */
  label: string | undefined;
  /** Which recording and where, in words. */
  time: string;
  recording: Promise<Recording | undefined>;
}

export interface PartListEvents {
  correct(answered: Answered): void;
  /** A section could not be played or saved. */
  failed(thrown: unknown): void;
}

export class PartList {
  readonly element = make("details", "file-parts");
  readonly #file: File;
  readonly #events: PartListEvents;
  readonly #summary = make("summary", "");
  readonly #rows = make("ol", "sounds-rows");
  readonly #before = smallButton("", "file-parts-before", () => this.#reach(this.#from - 1));
  readonly #after = smallButton("", "file-parts-after", () => this.#reach(this.#to));
  readonly #playing = new PlayButtons();
  #channel: Channel = "mix";
  #parts: readonly Part[] = [];
  /** The sections that have a row, if the list is open: from the first up to, but not including, the last. */
  #from = 0;
  #to = 0;
  #over = new AbortController();

  constructor(file: File, events: PartListEvents) {
    this.#file = file;
    this.#events = events;
    this.#rows.dataset["testid"] = "file-parts";
    this.element.append(this.#summary, this.#before, this.#rows, this.#after);
    this.element.ontoggle = () => this.#rows.children.length === 0 && this.#draw();
  }

  show(parts: readonly Part[], channel: Channel): void {
    this.clear();
    this.#parts = parts;
    this.#channel = channel;
    [this.#from, this.#to] = [0, Math.min(PAGE, parts.length)];
    setText(this.#summary, fileTexts.parts(parts.length));
    this.#rows.replaceChildren();
    this.#draw();
  }

  /** Stops what is playing, or about to play. */
  clear(): void {
    this.#over.abort();
    this.#over = new AbortController();
    this.#playing.stop();
  }

  /** Opens the list at this section. */
  open(part: Part): void {
    this.element.open = true;
    this.#reach(this.#parts.indexOf(part));
  }

  /** Moves the focus to the row of this section. If it is next to the rows that exist, a whole page of rows is added. */
  #reach(index: number): void {
    if (index === this.#to) this.#to += PAGE;
    else if (index === this.#from - 1) this.#from -= PAGE;
    else if (index < this.#from || index > this.#to) [this.#from, this.#to] = [index - PAGE / 2, index + PAGE / 2];
    this.#from = Math.max(0, this.#from);
    this.#to = Math.min(this.#to, this.#parts.length);
    this.#draw();
    const row = this.#rows.children[index - this.#from];
    if (!(row instanceof HTMLElement)) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }

  /** A closed list has no rows: a folder may have thousands of recordings. */
  #draw(): void {
    if (!this.element.open) return;
    const present = new Map([...this.#rows.children].map((row) => [(row as HTMLElement).dataset["index"], row]));
    const rows = this.#parts.slice(this.#from, this.#to).map((part, i) => {
      const index = String(this.#from + i);
      return present.get(index) ?? this.#row(part, index);
    });
    this.#rows.start = this.#from + 1;
    this.#rows.replaceChildren(...rows);
    const [before, after] = [this.#from, this.#parts.length - this.#to];
    setText(this.#before, fileTexts.before(Math.min(PAGE, before), before));
    setText(this.#after, fileTexts.after(Math.min(PAGE, after), after));
    this.#before.hidden = before === 0;
    this.#after.hidden = after === 0;
  }

  #row(part: Part, index: string): HTMLElement {
    const { start, end, category, score } = part;
    const row = make("li", "file-part");
    row.tabIndex = -1;
    Object.assign(row.dataset, { index, label: category?.label ?? "rejected" });
    const words = category ? labelWords(category.label) : texts.unknown;
    const time = stretch(start, end);
    const cut = stretch(start, excerptEnd(start, end));
    const failed = (thrown: unknown) => this.#events.failed(thrown);
    const play = iconButton("play", fileTexts.play(words, cut), () => {
      this.#playing.toggle(play, () => this.#excerpt(start, end)).catch(failed);
    });
    const save = iconButton("save", fileTexts.save(words, cut), () => void this.#save(part).catch(failed));
    const correct = iconButton("teach", fileTexts.correct(words, time), () => {
      const recording = excerpt(this.#file, start, Math.min(end, start + TAUGHT_SECONDS), this.#over.signal, this.#channel);
      this.#events.correct({ label: category?.label, time: `${this.#file.name}, ${time}`, recording });
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

  async #save({ start, end, category }: Part): Promise<void> {
    const recording = await this.#excerpt(start, end);
    if (!recording) return;
    const time = `${start.toFixed(1)}-${excerptEnd(start, end).toFixed(1)}`;
    saveFile(`${this.#file.name}-${time}-${category?.label ?? "unknown"}.wav`, toWav(recording));
  }

  /** `undefined` if the list was cleared meanwhile. */
  async #excerpt(start: number, end: number): Promise<Recording | undefined> {
    const { signal } = this.#over;
    const recording = await excerpt(this.#file, start, end, signal, this.#channel).catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
    return signal.aborted ? undefined : (recording ?? undefined);
  }
}
