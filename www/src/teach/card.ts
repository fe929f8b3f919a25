// One label, or something else: its examples, ways to add more, and how well it is recognised.

import type { TeachReport } from "sourcing-sound";
import type { PlayButtons } from "../sound/play-buttons.js";
import { labelWords } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { make, setText, smallButton } from "../ui/dom.js";
import { decimal } from "../ui/format.js";
import { exampleTile, type TileEvents } from "./example-tile.js";
import type { KeptExample } from "./kept.js";
import { LiveScore } from "./live-score.js";
import { findingsOf, resultWords } from "./report-words.js";

/** Tiles added at a time. */
const PAGE = 12;
const ACCEPTED = "audio/*,video/*,.wav,.flac,.mp3,.ogg,.m4a,.opus,.aac,.webm,.mka";

export interface CardEvents extends TileEvents {
  /** Records an example; `left` is called with the seconds that are left, and with `undefined` at the end. */
  record(left: (seconds: number | undefined) => void): void;
  stop(): void;
  recent(): void;
  chosen(files: File[]): void;
  history(): void;
  removed(): void;
}

export class TeachCard {
  readonly element = make("article", "file-card teach-card");
  readonly #label: string | undefined;
  readonly #playing: PlayButtons;
  readonly #events: CardEvents;
  readonly #facts = make("span", "file-facts");
  readonly #empty = make("p", "teach-quiet", teachTexts.empty);
  readonly #tiles = make("ol", "teach-examples");
  readonly #more: HTMLButtonElement;
  readonly #record: HTMLButtonElement;
  readonly #live: LiveScore | undefined;
  readonly #result = make("p", "teach-result");
  readonly #findings = make("ul", "teach-findings");
  #examples: readonly KeptExample[] = [];
  #shown = PAGE;
  #recording = false;

  /** `label` is `undefined` for something else. */
  constructor(label: string | undefined, playing: PlayButtons, events: CardEvents) {
    this.#label = label;
    this.#playing = playing;
    this.#events = events;
    const name = nameOf(label);
    this.element.dataset["testid"] = label === undefined ? "teach-something" : "teach-label";
    if (label !== undefined) this.element.dataset["label"] = label;
    const heading = make("h3", "file-name", name);
    heading.title = name;
    heading.tabIndex = -1;
    this.element.ariaLabel = name;
    const title = make("div", "file-title");
    title.append(heading, this.#facts);
    const head = make("div", "file-head");
    head.append(title);
    if (label !== undefined) {
      const remove = smallButton(teachTexts.remove, "teach-remove", () => events.removed());
      remove.ariaLabel = teachTexts.of(teachTexts.remove, name);
      head.append(remove);
    }
    this.#more = smallButton("", "teach-more", () => {
      this.#shown += PAGE;
      this.#draw();
    });
    this.#record = smallButton(teachTexts.record, "teach-record", () => this.#pressRecord());
    this.#record.classList.add("teach-record");
    this.#result.dataset["testid"] = "teach-result";
    this.#findings.dataset["testid"] = "teach-findings";
    this.element.append(head);
    if (label === undefined) this.element.append(make("p", "teach-quiet", teachTexts.somethingHelp));
    this.element.append(this.#tiles, this.#empty, this.#more, this.#adding(name), this.#result, this.#findings);
    if (label !== undefined) {
      this.#live = new LiveScore(label);
      this.#live.element.hidden = true;
      this.#result.before(this.#live.element);
    }
    this.#showRecording(undefined);
  }

  show(examples: readonly KeptExample[], report: TeachReport | undefined): void {
    this.#examples = examples;
    const recordings = new Set(examples.map(({ example }) => example.recording)).size;
    setText(this.#facts, examples.length === 0 ? "" : teachTexts.counts(examples.length, recordings));
    this.#empty.hidden = examples.length > 0 || this.#label === undefined;
    this.#draw();
    const label = this.#label;
    if (this.#live) this.#live.element.hidden = !report?.labels.some((one) => one.label === label);
    setText(this.#result, label === undefined || examples.length === 0 ? "" : resultWords(label, examples, report));
    const findings = label === undefined || examples.length === 0 ? [] : findingsOf(label, report);
    this.#findings.replaceChildren(
      ...findings.map(({ kind, words }) => {
        const item = make("li", "", words);
        item.dataset["kind"] = kind;
        return item;
      }),
    );
  }

  /** `score` is `undefined` while there is none. */
  follow(listens: boolean, score: number | undefined, threshold: number): void {
    this.#live?.show(listens, score, threshold);
  }

  focus(): void {
    this.element.querySelector("h3")?.focus();
  }

  /** Rows that are there already stay, so that they keep the focus. */
  #draw(): void {
    const shown = this.#examples.slice(-this.#shown).reverse();
    const present = new Map([...this.#tiles.children].map((tile) => [(tile as HTMLElement).dataset["id"], tile]));
    const tiles = shown.map(
      (kept) => present.get(kept.id) ?? exampleTile(kept, this.#playing, this.#events),
    );
    const same = tiles.length === this.#tiles.children.length && tiles.every((tile, i) => tile === this.#tiles.children[i]);
    if (!same) {
      const focused = document.activeElement;
      const hadFocus = focused instanceof HTMLElement && this.#tiles.contains(focused);
      this.#tiles.replaceChildren(...tiles);
      if (hadFocus && focused.isConnected) focused.focus({ preventScroll: true });
      else if (hadFocus) this.focus();
    }
    const rest = this.#examples.length - shown.length;
    this.#more.hidden = rest === 0;
    setText(this.#more, teachTexts.more(Math.min(PAGE, rest)));
  }

  #adding(name: string): HTMLElement {
    const input = make("input", "");
    Object.assign(input, { type: "file", multiple: true, hidden: true, accept: ACCEPTED });
    input.dataset["testid"] = "teach-file";
    input.onchange = () => {
      const files = [...(input.files ?? [])];
      // Cleared, so that the same file can be chosen again.
      input.value = "";
      if (files.length > 0) this.#events.chosen(files);
    };
    const recent = smallButton(teachTexts.recent, "teach-recent", () => this.#events.recent());
    recent.classList.add("teach-recent");
    recent.ariaLabel = teachTexts.of(teachTexts.recent, name);
    const choose = smallButton(teachTexts.choose, "teach-choose", () => input.click());
    choose.ariaLabel = teachTexts.of(teachTexts.choose, name);
    const history = smallButton(teachTexts.fromHistory, "teach-history", () => this.#events.history());
    history.ariaLabel = teachTexts.of(teachTexts.fromHistory, name);
    const row = make("div", "teach-adding");
    row.append(this.#record, recent, choose, input, history);
    return row;
  }

  #pressRecord(): void {
    if (this.#recording) return this.#events.stop();
    this.#events.record((seconds) => this.#showRecording(seconds));
  }

  #showRecording(seconds: number | undefined): void {
    this.#recording = seconds !== undefined;
    this.#record.toggleAttribute("data-active", this.#recording);
    setText(this.#record, seconds === undefined ? teachTexts.record : teachTexts.recording(decimal(seconds, 1)));
    this.#record.ariaLabel = seconds === undefined ? teachTexts.of(teachTexts.record, nameOf(this.#label)) : null;
  }
}

/** For people; a label of the model in the language of the page. */
function nameOf(label: string | undefined): string {
  return label === undefined ? teachTexts.something : labelWords(label);
}
