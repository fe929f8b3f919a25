// One recording: its progress, then its result.

import { type Channel, type ModelInfo, openRecording, type SoundWarning } from "sourcing-sound";
import type { Row } from "../export/rows.js";
import type { ActiveModel } from "../models/active-model.js";
import { siteName } from "../models/described.js";
import { codeOf } from "../page-error.js";
import { fileTexts } from "../texts/files.js";
import { errorTexts, labelWords, texts } from "../texts/index.js";
import { make, option, setText, smallButton } from "../ui/dom.js";
import { clock, decimal, percent } from "../ui/format.js";
import type { Muted } from "../listen/muted.js";
import { type Analysis, analyse, type Progress, withoutMuted } from "./analysis.js";
import type { Found } from "./folders.js";
import { type Answered, FileResult } from "./result.js";

/** `data-state` of the card. */
type State = "waiting" | "working" | "done" | "cancelled" | "error";

export interface FileCardEvents {
  /** The user wants it to be classified again. */
  again(): void;
  /** The user removes it. */
  removed(): void;
  /** The user wants to say whether the answer for a stretch was right. */
  correct(answered: Answered): void;
}

export class FileCard {
  readonly element = make("article", "file-card");
  readonly #file: File;
  readonly #facts = make("span", "file-facts");
  readonly #bar = document.createElement("progress");
  readonly #words = make("p", "file-words");
  readonly #cancel: HTMLButtonElement;
  readonly #remove: HTMLButtonElement;
  readonly #again: HTMLButtonElement;
  readonly #channels = make("label", "file-channels", fileTexts.channel);
  readonly #choice = make("select", "button small");
  readonly #result: FileResult;
  readonly #muted: Muted;
  #channel: Channel = "mix";
  #task = new AbortController();
  /** With what is muted. */
  #whole: Analysis | undefined;
  /** As it is shown. */
  #analysis: Analysis | undefined;
  #info: ModelInfo | undefined;

  constructor({ file, path }: Found, muted: Muted, events: FileCardEvents) {
    this.#file = file;
    this.#muted = muted;
    const name = make("h3", "file-name", file.name);
    name.title = path;
    this.#cancel = smallButton(fileTexts.cancel, "file-cancel", () => this.#task.abort());
    this.#again = smallButton(fileTexts.retry, "file-again", () => events.again());
    this.#remove = smallButton(fileTexts.remove, "file-remove", () => {
      this.#task.abort();
      this.#result.clear();
      events.removed();
    });
    this.#bar.className = "models-progress";
    this.#bar.max = 1;
    this.#bar.ariaLabel = path;
    this.#words.role = "status";
    const title = make("div", "file-title");
    // The end of a long path is what distinguishes recordings.
    const folder = path.slice(0, -file.name.length - 1);
    if (folder !== "") title.append(make("p", "file-folder", folder));
    title.append(name, this.#facts);
    const actions = make("div", "file-actions");
    actions.append(this.#again, this.#cancel, this.#remove);
    const head = make("div", "file-head");
    head.append(title, actions);
    this.#result = new FileResult(file, path, (answered) => events.correct(answered));
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

  /** It is in the queue. */
  wait(): void {
    this.#task.abort();
    this.#task = new AbortController();
    this.#set("waiting", fileTexts.waiting);
  }

  async classify(model: ActiveModel): Promise<void> {
    const { signal } = this.#task;
    if (signal.aborted) return this.#set("cancelled", fileTexts.cancelled);
    this.#bar.removeAttribute("value");
    this.#set("working", fileTexts.opening);
    // Opening a file cannot be cancelled: the card shows that at once, and the result is dropped.
    signal.addEventListener("abort", () => this.#set("cancelled", fileTexts.cancelled));
    try {
      const [source, loaded] = await Promise.all([openRecording(this.#file, { channel: this.#channel }), model.load()]);
      try {
        signal.throwIfAborted();
        this.#offerChannels(source.channels);
        this.#show(await analyse(source, loaded, { signal, progress: (progress) => this.#progress(progress) }));
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

  /** What is muted has changed. */
  showMuted(): void {
    if (this.#whole && this.element.dataset["state"] === "done") this.#draw(this.#whole);
  }

  /** Its stretches that have a label. */
  rows(): Row[] {
    return this.#analysis ? this.#result.rows(this.#analysis) : [];
  }

  /** The whole result, for JSON. */
  whole(): object | undefined {
    return this.#analysis && this.#result.whole(this.#analysis);
  }

  #progress({ done, total, left }: Progress): void {
    if (this.#task.signal.aborted) return;
    this.#bar.value = done / total;
    const words = fileTexts.progress(clock(done), clock(total));
    setText(this.#words, left === undefined ? words : `${words} · ${fileTexts.left(timeLeft(left))}`);
  }

  #draw(whole: Analysis): void {
    const analysis = withoutMuted(whole, this.#muted);
    this.#whole = whole;
    this.#analysis = analysis;
    const { label, words } = mainAnswer(analysis);
    this.element.dataset["label"] = label;
    this.#result.show(analysis, this.#channel, words);
  }

  #show(analysis: Analysis): void {
    this.#draw(analysis);
    setText(this.#facts, `${clock(analysis.seconds)} · ${fileTexts.classifiedBy(siteName(analysis.info.name))}`);
    this.element.dataset["warnings"] = analysis.warnings.map((warning) => warning.code).join(" ");
    this.#set("done", analysis.warnings.map(warningWords).join(" "));
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
    this.element.dataset["code"] = code;
    const message = thrown instanceof Error ? thrown.message : "";
    this.#words.title = message;
    // The decoder names the part that is missing.
    const isUnfinished = code === "audio-damaged" && message.includes("(moov)");
    this.#set("error", isUnfinished ? fileTexts.noIndex : errorTexts[code]);
  }

  #set(state: State, words: string): void {
    this.element.dataset["state"] = state;
    if (state !== "error") delete this.element.dataset["code"];
    setText(this.#words, words);
    const waits = state === "waiting" || state === "working";
    this.#bar.hidden = !waits;
    if (state === "waiting") this.#bar.value = 0;
    // A hidden button would lose the focus.
    const isFocused = document.activeElement === this.#cancel;
    this.#cancel.hidden = !waits;
    this.#offerAgain();
    if (isFocused && !waits) (this.#again.hidden ? this.#remove : this.#again).focus();
  }

  #offerAgain(): void {
    const state = this.element.dataset["state"];
    // Also the same model, taught something else.
    const other = this.#info && this.#analysis && JSON.stringify(this.#info) !== JSON.stringify(this.#analysis.info);
    this.#again.hidden = !(state === "cancelled" || state === "error" || (state === "done" && other));
    setText(this.#again, state === "done" && this.#info ? fileTexts.again(siteName(this.#info.name)) : fileTexts.retry);
  }
}

function warningWords({ code, time, promised, parts, channel }: SoundWarning): string {
  if (code === "audio-damaged") return fileTexts.damaged(clock(time), parts ?? 1);
  if (code === "channel-taken") return fileTexts.channelTaken(channel ?? 1);
  // Where full seconds do not show the difference, milliseconds do.
  const precise = promised !== undefined && promised - time < 1;
  const words = (seconds: number) => (precise ? `${decimal(seconds, 3)}\u00a0s` : clock(seconds));
  return fileTexts.broken(words(time), promised === undefined ? undefined : words(promised));
}

/** The label of a recording and its score; of several, the label that lasts longest and its share of the time. */
function mainAnswer({ answer, parts, seconds }: Analysis): { label: string; words: string } {
  const best = answer.rejected ? undefined : answer.categories[0];
  if (parts.length <= 1) {
    return best
      ? { label: best.label, words: `${labelWords(best.label)} · ${percent(best.score)}` }
      : { label: "rejected", words: texts.unknown };
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

function timeLeft(seconds: number): string {
  return seconds < 90 ? fileTexts.secondsLeft(Math.max(1, Math.ceil(seconds))) : fileTexts.minutesLeft(Math.round(seconds / 60));
}
