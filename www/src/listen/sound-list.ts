// The list below the stage: live events, or the stretches of a recording.

import type { GroupScore, ModelInfo, Update } from "sourcing-sound";
import { texts } from "../texts/index.js";
import { byId, make, setText } from "../ui/dom.js";
import { clock, percent } from "../ui/format.js";
import { GroupedName, groupNames, groupOf, type Labelled } from "./groups.js";

/** Most events in the list. */
const KEPT = 50;

export class SoundList {
  readonly #title = byId("sounds-title", HTMLElement);
  readonly #list = byId("sounds", HTMLElement);
  /** The rows of ongoing events, by label and onset. */
  #open = new Map<string, SoundRow>();
  /** When they were last seen, in seconds. */
  #time = 0;
  #groups = new Map<string, string>();

  constructor() {
    this.beginLive();
  }

  /** Takes over the groups of this model's labels. */
  describe(info: ModelInfo): void {
    this.#groups = groupNames(info);
  }

  beginLive(): void {
    setText(this.#title, texts.liveTitle);
    this.#list.replaceChildren(make("li", "sounds-empty", texts.noSounds));
  }

  /** Adds new events at the top, updates ongoing ones, and ends those that are missing. */
  update({ time, events, groups }: Pick<Update, "time" | "events" | "groups">): void {
    const open = new Map<string, SoundRow>();
    for (const { label, onset, offset, score } of events) {
      const key = `${label} ${onset}`;
      const row = this.#open.get(key) ?? this.#add(onset);
      this.#open.delete(key);
      const labelled = { label, score, group: this.#groups.get(label) };
      row.show(texts.since(clock(onset)), labelled, groupOf(labelled, groups));
      if (offset === null) open.set(key, row);
      else row.end(offset);
    }
    this.end();
    this.#open = open;
    this.#time = time;
  }

  /** Ends the ongoing events: their microphone is closed, or they are muted. */
  end(): void {
    for (const row of this.#open.values()) row.end(this.#time);
    this.#open.clear();
  }

  /** Shows the rows of a recording. */
  showRecording(rows: readonly HTMLElement[]): void {
    setText(this.#title, texts.recordingTitle);
    this.#list.replaceChildren(...rows);
  }

  #add(onset: number): SoundRow {
    const row = new SoundRow(onset);
    this.#list.querySelector(".sounds-empty")?.remove();
    this.#list.prepend(row.element);
    if (this.#list.childElementCount > KEPT) this.#list.lastElementChild?.remove();
    return row;
  }
}

/** An event, or a stretch of a recording. */
export class SoundRow {
  readonly element = make("li", "sounds-row");
  readonly #time = make("span", "sounds-time");
  readonly #name = new GroupedName("sounds-label");
  readonly #score = make("span", "sounds-score");
  readonly #onset: number;
  #group: GroupScore | undefined;

  /** `onset`: when it began, in seconds. */
  constructor(onset: number) {
    this.#onset = onset;
    const name = make("span", "sounds-name");
    name.append(this.#name.icon, this.#name.name, this.#name.group);
    this.element.append(this.#time, name, this.#score);
  }

  /** Keeps the group's highest score, as an event keeps its own. */
  show(time: string, labelled: Labelled, group: GroupScore | undefined): void {
    if (group && group.score >= (this.#group?.score ?? 0)) this.#group = group;
    this.element.dataset["label"] = labelled.label;
    setText(this.#time, time);
    this.#name.show(labelled, this.#group);
    setText(this.#score, percent(labelled.score));
  }

  end(offset: number): void {
    setText(this.#time, `${clock(this.#onset)} – ${clock(offset)}`);
  }

  /** Without a label of the model. */
  mark(time: string, label: string, words: string, score = ""): void {
    this.element.dataset["label"] = label;
    setText(this.#time, time);
    this.#name.clear(words);
    setText(this.#score, score);
  }
}
