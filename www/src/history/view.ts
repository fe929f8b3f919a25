// The history of one day: a timeline, a table of counts per hour, and a list of
// every event.

import type { SettingsStore } from "../settings.js";
import { historyTexts } from "../texts/history.js";
import { labelWords, language, locale } from "../texts/index.js";
import { byId, make, option, setText, smallButton } from "../ui/dom.js";
import { Timeline } from "../ui/timeline.js";
import { HistoryCounts } from "./counts.js";
import { clockOf, endOfDay, HOUR_MS, hours, quarters, startOfDay, startOfHour } from "./day.js";
import { HistoryKeeping } from "./keeping.js";
import { HistoryList, type HistoryListEvents } from "./list.js";
import { HistorySaving } from "./saving.js";
import type { HistoryEvent } from "./store.js";
import type { HistoryStore } from "./store.js";

/** Changes come twice a second while the page listens; the view is refreshed less often. */
const REFRESH_MS = 1000;

export interface HistoryViewEvents extends Pick<HistoryListEvents, "correct"> {
  /** Whether the user has switched this label off. */
  muted(label: string): boolean;
}

export class HistoryView {
  readonly #root = byId("view-history", HTMLElement);
  readonly #store: HistoryStore;
  readonly #muted: HistoryViewEvents["muted"];
  readonly #date = make("span", "history-date");
  readonly #previous = smallButton("‹", "history-previous", () => this.#go(-1));
  readonly #next = smallButton("›", "history-next", () => this.#go(1));
  readonly #today = smallButton(historyTexts.today, "history-today", () => void this.#open(startOfDay(new Date())));
  readonly #summary = make("p", "history-summary");
  readonly #filter = select("history-filter");
  readonly #zoom = select("history-zoom");
  readonly #timeline = new Timeline();
  readonly #counts = new HistoryCounts();
  readonly #list: HistoryList;
  readonly #content = make("div", "history-content");
  readonly #head = make("div", "history-head");
  readonly #empty = make("div", "history-empty");
  readonly #warning = make("p", "notice history-warning");
  readonly #saving: HistorySaving;
  readonly #keeping: HistoryKeeping;
  #day = startOfDay(new Date());
  /** What was today when a day was last shown. */
  #todayShown = this.#day;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: HistoryStore, settings: SettingsStore, { muted, correct }: HistoryViewEvents) {
    this.#store = store;
    this.#muted = muted;
    this.#list = new HistoryList(store, { correct, emptied: () => void this.#emptied() });
    this.#saving = new HistorySaving(store, muted, () => this.#day);
    this.#keeping = new HistoryKeeping(store, settings);
    this.#previous.ariaLabel = historyTexts.previousDay;
    this.#next.ariaLabel = historyTexts.nextDay;
    this.#filter.onchange = () => void this.#show();
    this.#zoom.onchange = () => void this.#show();
    this.#summary.dataset["testid"] = "history-summary";
    store.onchange = () => this.#changed();
    this.#build();
    // Read in advance, so that the view has its content as soon as it is opened.
    void this.#show();
  }

  /** The view is shown. Resolves once it holds the day's events. */
  async show(): Promise<void> {
    this.#keeping.show();
    await this.#show();
  }

  /** Shows a problem while the page keeps working; an empty text hides it. */
  warn(text: string): void {
    setText(this.#warning, text);
    this.#warning.hidden = text === "";
  }

  #build(): void {
    const title = make("h2", "", historyTexts.title);
    const days = make("div", "history-days");
    this.#date.ariaLive = "polite";
    days.append(this.#previous, this.#date, this.#next);
    this.#head.append(title, this.#today, days);
    const choices = make("div", "history-choices");
    choices.append(labelled(historyTexts.zoom, this.#zoom), labelled(historyTexts.filter, this.#filter));
    const start = make("a", "button", historyTexts.start);
    start.href = "#listen";
    this.#empty.append(make("p", ""), start);
    const line = make("div", "history-line");
    line.append(this.#summary, choices);
    this.#content.append(line, this.#timeline.element, this.#counts.element, this.#list.element);
    this.#warning.dataset["code"] = "storage";
    this.#warning.role = "status";
    this.warn(this.#store.lasting ? "" : historyTexts.notLasting);
  }

  /** The focus stays close to what was deleted. */
  async #emptied(): Promise<void> {
    await this.#show();
    (this.#empty.hidden ? this.#filter : this.#empty.querySelector("a"))?.focus();
  }

  #go(days: number): void {
    const day = new Date(this.#day);
    day.setDate(day.getDate() + days);
    void this.#open(day);
  }

  async #open(day: Date): Promise<void> {
    this.#day = day;
    this.#zoom.value = "";
    this.#list.reset();
    await this.#show();
  }

  #changed(): void {
    if (this.#root.hidden || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#show();
    }, REFRESH_MS);
  }

  /** Whoever looks at today sees the next day after midnight. */
  #follow(today: Date): void {
    if (this.#day.getTime() === this.#todayShown.getTime() && today > this.#todayShown) {
      this.#day = today;
      this.#zoom.value = "";
      this.#list.reset();
    }
    this.#todayShown = today;
  }

  async #show(): Promise<void> {
    const today = startOfDay(new Date());
    this.#follow(today);
    const [from, to] = [this.#day.getTime(), endOfDay(this.#day)];
    const isPast = from < today.getTime();
    // After the clock was set back, there may be events on future days.
    const [all, later] = await Promise.all([this.#store.between(from, to), isPast ? [] : this.#store.between(to, Infinity)]);
    // What the user has muted stays in the store.
    const events = all.filter(({ label }) => !this.#muted(label));
    this.#fill();
    const date: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
    setText(this.#date, this.#day.toLocaleDateString(locale, date));
    this.#next.disabled = !isPast && later.length === 0;
    this.#today.hidden = from === today.getTime();
    const none = events.length === 0;
    this.#empty.hidden = !none;
    this.#content.hidden = none;
    setText(this.#empty.firstElementChild!, this.#today.hidden ? historyTexts.emptyAll : historyTexts.empty);
    if (none) return this.#list.show([]);
    this.#offer(events);
    this.#draw(events, from, to);
  }

  /** Only after the first day has been read: an empty view would jump when it fills. */
  #fill(): void {
    if (this.#head.isConnected) return;
    const parts = [this.#warning, this.#empty, this.#content, this.#saving.element, this.#keeping.element];
    this.#root.replaceChildren(this.#head, ...parts);
  }

  #draw(events: HistoryEvent[], from: number, to: number): void {
    const label = this.#filter.value;
    const hour = this.#zoom.value === "" ? undefined : Number(this.#zoom.value);
    const [first, last] = hour === undefined ? [from, to] : [hour, hour + HOUR_MS];
    const shown = events.filter((e) => (label === "" || e.label === label) && e.offset >= first && e.onset < last);
    setText(this.#summary, historyTexts.summary(shown.length, new Set(shown.map((event) => event.label)).size));
    this.#timeline.show({
      from: first,
      to: last,
      bars: shown,
      marks: hour === undefined ? hours(this.#day, 4) : quarters(first),
      time: (ms) => clockOf(ms),
      name: historyTexts.timeline(shown.length),
      onPick: (bar) => this.#list.focus(shown.find((event) => event === bar)),
    });
    this.#list.show(shown);
    this.#counts.show(
      events.filter((event) => label === "" || event.label === label),
      this.#day,
    );
  }

  /** Offers the labels and hours of this day; the current choice is kept. */
  #offer(events: readonly HistoryEvent[]): void {
    const labels = [...new Set(events.map(({ label }) => label))].map((label): [string, string] => [label, labelWords(label)]);
    labels.sort(([, a], [, b]) => a.localeCompare(b, language));
    fill(this.#filter, [["", historyTexts.everything], ...labels]);
    const starts = [...new Set(events.map(({ onset }) => startOfHour(onset)))];
    const hourChoices = starts.map((ms): [string, string] => [
      String(ms),
      historyTexts.hour(clockOf(ms), clockOf(ms + HOUR_MS)),
    ]);
    fill(this.#zoom, [["", historyTexts.wholeDay], ...hourChoices]);
  }
}

function select(id: string): HTMLSelectElement {
  const element = make("select", "button small");
  element.dataset["testid"] = id;
  return element;
}

function labelled(words: string, element: HTMLElement): HTMLElement {
  const label = make("label", "models-quiet history-choice", words);
  label.append(element);
  return label;
}

function fill(element: HTMLSelectElement, choices: readonly [string, string][]): void {
  const before = element.value;
  const same = choices.length === element.options.length && choices.every(([value], i) => element.options[i]?.value === value);
  if (same) return;
  element.replaceChildren(...choices.map(([value, words]) => option(value, words)));
  element.value = choices.some(([value]) => value === before) ? before : "";
}
