// One recording: its progress, then its result.

import { type Channel, type ModelInfo, openRecording, type SoundWarning } from "sourcing-sound";
import type { Row } from "../export/rows.js";
import type { Muted } from "../listen/muted.js";
import type { ActiveModel } from "../models/active-model.js";
import { siteName } from "../models/described.js";
import { codeOf } from "../page-error.js";
import { fileTexts } from "../texts/files.js";
import { errorTexts } from "../texts/index.js";
import { make, option, setText, smallButton } from "../ui/dom.js";
import { clock, decimal } from "../ui/format.js";
import { type Analysis, analyse, type Columns, type Progress } from "./analysis.js";
import type { Found } from "./folders.js";
import type { Answered } from "./part-list.js";
import { FileResult } from "./result.js";

/** `data-state` of the card. */
type State = "waiting" | "working" | "done" | "cancelled" | "error";

export interface FileCardEvents {
  /** The user wants it to be classified again. */
  again(): void;
  /** The user removes it. */
  removed(): void;
  /** The user wants to say whether the answer for a section was right. */
  correct(answered: Answered): void;
  /** Its state has changed. */
  changed(): void;
  /** It has ended, which screen readers announce. */
  ended(words: string): void;
}

export class FileCard {
  readonly element = make("article", "file-card");
  readonly #file: File;
  readonly #path: string;
  readonly #events: FileCardEvents;
  readonly #facts = make("span", "file-facts");
  readonly #bar = document.createElement("progress");
  readonly #words = make("p", "file-words");
  readonly #cancel: HTMLButtonElement;
  readonly #remove: HTMLButtonElement;
  readonly #again: HTMLButtonElement;
  readonly #channels = make("label", "file-channels", fileTexts.channel);
  readonly #choice = make("select", "button small");
  readonly #result: FileResult;
  #channel: Channel = "mix";
  #task = new AbortController();
  #info: ModelInfo | undefined;

  constructor({ file, path }: Found, muted: Muted, events: FileCardEvents) {
    this.#file = file;
    this.#path = path;
    this.#events = events;
    const name = make("h3", "file-name", file.name);
    name.title = path;
    this.#cancel = smallButton(fileTexts.cancel, "file-cancel", () => this.cancel());
    this.#again = smallButton(fileTexts.retry, "file-again", () => events.again());
    this.#remove = smallButton(fileTexts.remove, "file-remove", () => {
      this.close();
      events.removed();
    });
    this.#bar.className = "models-progress";
    this.#bar.max = 1;
    this.#bar.ariaLabel = path;
    const title = make("div", "file-title");
    // The end of a long path is what distinguishes recordings.
    const folder = path.slice(0, -file.name.length - 1);
    if (folder !== "") title.append(make("p", "file-folder", folder));
    title.append(name, this.#facts);
    const actions = make("div", "file-actions");
    actions.append(this.#again, this.#cancel, this.#remove);
    const head = make("div", "file-head");
    head.append(title, actions);
    this.#result = new FileResult(file, path, muted, {
      correct: (answered) => events.correct(answered),
      failed: (thrown) => this.#say(errorTexts[codeOf(thrown)]),
    });
    this.#choice.dataset["testid"] = "file-channel";
    this.#choice.onchange = () => {
      const { value } = this.#choice;
      this.#channel = value === "mix" || value === "left" || value === "right" ? value : Number(value);
      events.again();
    };
    this.#channels.append(this.#choice);
    this.#channels.hidden = true;
    this.element.dataset["testid"] = "file-card";
    this.element.append(head, this.#bar, this.#words, this.#channels, this.#result.element);
  }

  /** It waits for its turn, or is being classified. */
  get isBusy(): boolean {
    const state = this.element.dataset["state"];
    return state === "waiting" || state === "working";
  }

  /** Whether any section of it has a label. */
  get hasNamed(): boolean {
    return this.#result.hasNamed;
  }

  /** Queues it. Returns the signal of this run, for {@link classify}; it ends an earlier run. */
  wait(): AbortSignal {
    const task = new AbortController();
    const before = this.#task;
    this.#task = task;
    before.abort();
    const { signal } = task;
    // Opening a file cannot be cancelled: the card shows that at once, and the result is dropped.
    signal.addEventListener("abort", () => {
      if (task === this.#task) this.#stop();
    });
    this.#set("waiting", fileTexts.waiting);
    return signal;
  }

  cancel(): void {
    if (this.isBusy) this.#task.abort();
  }

  /** Ends it when it is removed. */
  close(): void {
    // The signal of no run, so that nothing is shown of it.
    const task = this.#task;
    this.#task = new AbortController();
    task.abort();
    this.#result.clear();
  }

  async classify(model: ActiveModel, signal: AbortSignal): Promise<void> {
    this.#bar.removeAttribute("value");
    this.#set("working", fileTexts.opening);
    const channel = this.#channel;
    try {
      // First, so that nothing is left open if it fails.
      const loaded = await model.load();
      const source = await openRecording(this.#file, { channel });
      try {
        signal.throwIfAborted();
        this.#offerChannels(source.channels);
        const progress = (made: Progress) => signal.aborted || this.#progress(made);
        const { analysis, columns } = await analyse(source, loaded, { signal, progress });
        this.#show(analysis, columns, channel);
      } finally {
        source.close();
      }
    } catch (thrown) {
      if (!signal.aborted) this.#fail(thrown);
    }
  }

  /** Offers to classify it again if another model is in use now. */
  describe(info: ModelInfo): void {
    this.#info = info;
    this.#offerAgain();
  }

  /** Something was muted or unmuted. */
  showMuted(): void {
    if (this.#result.analysis) this.element.dataset["label"] = this.#result.tell();
  }

  /** Its sections that have a label. */
  rows(): Row[] {
    return this.#result.rows();
  }

  /** The whole result, for JSON. */
  whole(): object | undefined {
    return this.#result.whole();
  }

  #progress({ done, total, left }: Progress): void {
    this.#bar.value = done / total;
    const words = fileTexts.progress(clock(done), clock(total));
    this.#say(left === undefined ? words : `${words} · ${fileTexts.left(timeLeft(left))}`);
  }

  #show(analysis: Analysis, columns: Columns, channel: Channel): void {
    this.element.dataset["label"] = this.#result.show(analysis, columns, channel);
    setText(this.#facts, `${clock(analysis.seconds)} · ${fileTexts.classifiedBy(siteName(analysis.info.name))}`);
    this.element.dataset["warnings"] = analysis.warnings.map((warning) => warning.code).join(" ");
    this.#end("done", wordsOf(analysis), this.#result.answer);
  }

  /** The run is cancelled: an earlier result stays, and so does its channel. */
  #stop(): void {
    const { analysis, channel } = this.#result;
    if (!analysis) return this.#end("cancelled", fileTexts.cancelled);
    this.#channel = channel;
    this.#choice.value = String(channel);
    this.#end("done", wordsOf(analysis), fileTexts.cancelled);
  }

  /** A choice only where there is one. */
  #offerChannels(count: number): void {
    this.#channels.hidden = count < 2;
    if (count < 2 || this.#choice.options.length > 0) return;
    const numbers = Array.from({ length: count }, (_, i) => option(String(i + 1), String(i + 1)));
    const sides = [option("left", fileTexts.leftChannel), option("right", fileTexts.rightChannel)];
    this.#choice.append(option("mix", fileTexts.mix), ...(count === 2 ? sides : numbers));
  }

  #fail(thrown: unknown): void {
    const code = codeOf(thrown);
    this.#result.forget();
    setText(this.#facts, "");
    delete this.element.dataset["label"];
    delete this.element.dataset["warnings"];
    this.element.dataset["code"] = code;
    const message = thrown instanceof Error ? thrown.message : "";
    this.#words.title = message;
    // The decoder names the part that is missing.
    const isUnfinished = code === "audio-damaged" && message.includes("(moov)");
    this.#end("error", isUnfinished ? fileTexts.noIndex : errorTexts[code]);
  }

  #end(state: State, words: string, answer = ""): void {
    this.#set(state, words);
    this.#events.ended([`${this.#path}:`, answer, words].filter(Boolean).join(" "));
  }

  #say(words: string): void {
    setText(this.#words, words);
  }

  #set(state: State, words: string): void {
    this.element.dataset["state"] = state;
    if (state !== "error") {
      delete this.element.dataset["code"];
      this.#words.title = "";
    }
    this.#say(words);
    const waits = this.isBusy;
    this.#bar.hidden = !waits;
    if (state === "waiting") this.#bar.value = 0;
    // A hidden button would lose the focus.
    const isFocused = document.activeElement === this.#cancel;
    this.#cancel.hidden = !waits;
    this.#offerAgain();
    if (isFocused && !waits) (this.#again.hidden ? this.#remove : this.#again).focus();
    this.#events.changed();
  }

  #offerAgain(): void {
    const state = this.element.dataset["state"];
    // This includes the same model with other taught sounds.
    const { analysis } = this.#result;
    const other = this.#info && analysis && JSON.stringify(this.#info) !== JSON.stringify(analysis.info);
    this.#again.hidden = !(state === "cancelled" || state === "error" || (state === "done" && other));
    setText(this.#again, state === "done" && this.#info ? fileTexts.again(siteName(this.#info.name)) : fileTexts.retry);
  }
}

function wordsOf({ warnings }: Analysis): string {
  return warnings.map(warningWords).join(" ");
}

function warningWords({ code, time, promised, parts, channel }: SoundWarning): string {
  if (code === "audio-damaged") return fileTexts.damaged(clock(time), parts ?? 1);
  if (code === "channel-taken") return fileTexts.channelTaken(channel ?? 1);
  // Where full seconds do not show the difference, milliseconds do.
  const precise = promised !== undefined && promised - time < 1;
  const words = (seconds: number) => (precise ? `${decimal(seconds, 3)}\u00a0s` : clock(seconds));
  return fileTexts.broken(words(time), promised === undefined ? undefined : words(promised));
}

function timeLeft(seconds: number): string {
  return seconds < 90 ? fileTexts.secondsLeft(Math.max(1, Math.ceil(seconds))) : fileTexts.minutesLeft(Math.round(seconds / 60));
}
