// The list below the stage: live events, or the stretches of a recording.

import type { GroupScore, ModelInfo, SoundEvent } from "sourcing-sound";
import type { Part } from "../sound/parts.js";
import { texts } from "../texts/index.js";
import { byId, make, setText } from "../ui/dom.js";
import { clock, percent, stretch } from "../ui/format.js";
import { GroupedName, groupNames, groupOf, type Labelled } from "./groups.js";

/** Most events in the list. */
const KEPT = 50;

export class SoundList {
  readonly #title = byId("sounds-title", HTMLElement);
  readonly #list = byId("sounds", HTMLElement);
  readonly #rows = new Map<string, Row>();
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
    this.#rows.clear();
    this.#list.replaceChildren(make("li", "sounds-empty", texts.noSounds));
  }

  /** Adds new events at the top and updates those that are already there. */
  update(events: readonly SoundEvent[], groups: readonly GroupScore[]): void {
    for (const { label, onset, offset, score } of events) {
      const key = `${label} ${onset}`;
      const time = offset === null ? texts.since(clock(onset)) : `${clock(onset)} – ${clock(offset)}`;
      const labelled = { label, score, group: this.#groups.get(label) };
      this.#rowFor(key).show(time, labelled, groupOf(labelled, groups));
    }
    this.#list.querySelector(".sounds-empty")?.toggleAttribute("hidden", this.#rows.size > 0);
    for (const [key, row] of [...this.#rows].slice(0, -KEPT)) {
      row.element.remove();
      this.#rows.delete(key);
    }
  }

  showParts(parts: readonly Part[]): void {
    setText(this.#title, texts.recordingTitle);
    this.#rows.clear();
    this.#list.replaceChildren(
      ...parts.map(({ start, end, category, group, score }) => {
        const row = new Row();
        if (category) row.show(stretch(start, end), { ...category, score }, group);
        else row.reject(stretch(start, end), score);
        return row.element;
      }),
    );
  }

  #rowFor(key: string): Row {
    const present = this.#rows.get(key);
    if (present) return present;
    const row = new Row();
    this.#rows.set(key, row);
    this.#list.prepend(row.element);
    return row;
  }
}

class Row {
  readonly element = make("li", "sounds-row");
  readonly #time = make("span", "sounds-time");
  readonly #name = new GroupedName("sounds-label");
  readonly #score = make("span", "sounds-score");
  #group: GroupScore | undefined;

  constructor() {
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

  reject(time: string, score: number): void {
    this.element.dataset["label"] = "rejected";
    setText(this.#time, time);
    this.#name.clear(texts.unknown);
    setText(this.#score, percent(score));
  }
}
