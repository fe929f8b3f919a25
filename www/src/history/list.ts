// Every event in the range shown, newest first, with buttons to play, save and delete it.

import type { Recording } from "sourcing-sound";
import { saveFile } from "../export/save.js";
import { PlayButtons } from "../sound/play-buttons.js";
import { toWav } from "../sound/wav.js";
import { historyTexts } from "../texts/history.js";
import { labelWords, locale } from "../texts/index.js";
import { make, setText } from "../ui/dom.js";
import { clock, decimal, percent } from "../ui/format.js";
import { iconButton } from "../ui/icons.js";
import { stampOf } from "./day.js";
import type { HistoryEvent, HistoryStore } from "./store.js";

/** Rows added at a time. */
const PAGE = 30;

export interface HistoryListEvents {
  /** The user wants to correct an event. */
  correct(event: { label: string; time: string; at: number; recording: Promise<Recording | undefined> }): void;
  /** The last event that was shown has been deleted. */
  emptied(): void;
}

export class HistoryList {
  readonly element = make("section", "history-list");
  readonly #rows = make("ol", "history-rows");
  readonly #more = make("button", "button small", "");
  readonly #store: HistoryStore;
  readonly #on: HistoryListEvents;
  readonly #playing = new PlayButtons();
  #events: readonly HistoryEvent[] = [];
  #shown = PAGE;

  constructor(store: HistoryStore, events: HistoryListEvents) {
    this.#store = store;
    this.#on = events;
    this.#rows.dataset["testid"] = "history-rows";
    this.#more.type = "button";
    this.#more.onclick = () => {
      this.#shown += PAGE;
      this.#draw();
    };
    this.element.append(make("h3", "", historyTexts.list), this.#rows, this.#more);
  }

  /** Another day is shown: starts again with one page of rows. */
  reset(): void {
    this.#shown = PAGE;
  }

  show(events: readonly HistoryEvent[]): void {
    this.#events = [...events].sort((a, b) => b.onset - a.onset);
    this.#draw();
  }

  /** Scrolls to the event's row. */
  focus(event: HistoryEvent | undefined): void {
    const index = this.#events.findIndex(({ id }) => id === event?.id);
    if (index < 0) return;
    this.#shown = Math.max(this.#shown, index + 1);
    this.#draw();
    const row = this.#rows.children[index];
    if (!(row instanceof HTMLElement)) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  }

  #draw(): void {
    const shown = this.#events.slice(0, this.#shown);
    const present = new Map([...this.#rows.children].map((row) => [(row as HTMLElement).dataset["id"], row as HTMLElement]));
    // Unchanged rows stay, so that they keep the focus.
    const rows = shown.map((event) => {
      const row = present.get(event.id);
      return row?.dataset["state"] === stateOf(event) ? row : this.#row(event);
    });
    const same = rows.length === this.#rows.children.length && rows.every((row, i) => row === this.#rows.children[i]);
    if (!same) {
      const focused = focusWithin(this.#rows);
      this.#rows.replaceChildren(...rows);
      focused()?.focus({ preventScroll: true });
    }
    const rest = this.#events.length - shown.length;
    this.#more.hidden = rest === 0;
    setText(this.#more, historyTexts.more(Math.min(PAGE, rest)));
  }

  #row(event: HistoryEvent): HTMLElement {
    const row = make("li", "history-row");
    const words = labelWords(event.label);
    const time = timeOf(event.onset);
    Object.assign(row.dataset, { id: event.id, label: event.label, state: stateOf(event) });
    row.tabIndex = -1;
    const seconds = (event.offset - event.onset) / 1000;
    const length = lengthWords(seconds);
    const actions = make("span", "history-actions");
    const label = make("span", "history-label", words);
    label.title = words;
    if (event.hasClip) {
      const play = iconButton("play", historyTexts.play(words, time), () => void this.#playing.toggle(play, () => this.#store.clip(event.id)));
      const save = iconButton("save", historyTexts.save(words, time), () => void this.#save(event));
      actions.append(play, save);
    }
    const correct = iconButton("teach", historyTexts.correct(words, time), () => {
      this.#on.correct({ label: event.label, time, at: event.onset, recording: this.#store.clip(event.id) });
    });
    correct.dataset["testid"] = "history-correct";
    actions.append(correct);
    actions.append(iconButton("delete", historyTexts.remove(words, time), () => void this.#remove(event, row)));
    row.append(
      make("span", "history-time", time),
      label,
      make("span", "history-length", event.open ? `${historyTexts.now} · ${length}` : length),
      make("span", "history-score", percent(event.score)),
      actions,
    );
    if (event.others && event.others.length > 0) {
      const others = event.others.map((other) => `${labelWords(other.label)} ${percent(other.score)}`);
      row.append(make("span", "history-others", historyTexts.others(others.join(", "))));
    }
    return row;
  }

  async #save({ id, label, onset }: HistoryEvent): Promise<void> {
    const clip = await this.#store.clip(id);
    if (clip) saveFile(`${label.replaceAll(/[^\p{L}\p{N}_-]+/gu, "_")}-${stampOf(new Date(onset))}.wav`, toWav(clip));
  }

  /** The focus moves to the next row; without one, the view moves it. */
  async #remove({ id }: HistoryEvent, row: HTMLElement): Promise<void> {
    if (row.querySelector("[data-playing]")) this.#playing.stop();
    const next = row.nextElementSibling ?? row.previousElementSibling;
    await this.#store.remove(id);
    row.remove();
    this.#events = this.#events.filter((event) => event.id !== id);
    if (next) next.querySelector<HTMLElement>("button:last-child")?.focus();
    else this.#on.emptied();
  }
}

function lengthWords(seconds: number): string {
  if (seconds < 60) return historyTexts.seconds(decimal(seconds, 1));
  return seconds < 3600 ? historyTexts.minutes(clock(seconds)) : historyTexts.hours(clock(seconds));
}

/** What a row shows of an event; a row with the same state is reused. */
function stateOf({ offset, open, score, hasClip }: HistoryEvent): string {
  return [Math.round(offset / 100), open, percent(score), hasClip].join(" ");
}

function timeOf(ms: number): string {
  return new Date(ms).toLocaleTimeString(locale, { timeStyle: "medium" });
}

/** Notes where the focus is, and returns a function that finds that place in the rows at the time of the call. */
function focusWithin(rows: HTMLElement): () => HTMLElement | undefined {
  const focused = document.activeElement;
  const row = focused?.closest<HTMLElement>("[data-id]");
  if (!(focused instanceof HTMLElement) || !row || !rows.contains(row)) return () => undefined;
  // Counted from the end: an event that ends gets the buttons for its sound before the others.
  const buttons = (element: HTMLElement) => [...element.querySelectorAll("button")].reverse();
  const place = buttons(row).findIndex((button) => button === focused);
  return () => {
    if (focused.isConnected) return focused;
    const now = [...rows.children].find((other): other is HTMLElement => (other as HTMLElement).dataset["id"] === row.dataset["id"]);
    return now && (place < 0 ? now : buttons(now)[place]);
  };
}
