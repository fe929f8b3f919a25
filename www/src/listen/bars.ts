// Every label of the model with its live score, always in the same place. Hundreds
// of labels are folded up by group.

import type { Category, GroupScore, ModelInfo } from "sourcing-sound";
import { groupName, labelWords } from "../texts/index.js";
import { byId, make, setText } from "../ui/dom.js";
import { percent } from "../ui/format.js";
import { setIcon } from "../ui/icons.js";

/** More labels than this are folded up by group. */
const MOST_UNGROUPED = 30;

export class Bars {
  readonly #list = byId("bars", HTMLElement);
  #rows: Bar[] = [];
  #groups = new Map<string, Bar>();

  describe(info: ModelInfo): void {
    this.#rows = info.labels.map((label) => new Bar(labelWords(label), label));
    this.#groups = new Map();
    const grouped = info.groups.length > 0 && info.labels.length > MOST_UNGROUPED;
    this.#list.toggleAttribute("data-grouped", grouped);
    this.#list.replaceChildren(...(grouped ? this.#byGroup(info) : this.#rows.map(({ element }) => element)));
  }

  /** Labels without a score are muted. */
  show(categories: readonly Category[], groups: readonly GroupScore[]): void {
    for (const { name, score } of groups) this.#groups.get(name)?.show(score);
    const muted = new Set(this.#rows);
    for (const { index, score } of categories) {
      const row = this.#rows[index];
      row?.show(score);
      if (row) muted.delete(row);
    }
    for (const row of muted) row.clear();
  }

  clear(): void {
    for (const bar of [...this.#rows, ...this.#groups.values()]) bar.clear();
  }

  #byGroup({ groups, labelGroups }: ModelInfo): HTMLElement[] {
    return groups.map(({ name, icon }, index) => {
      const bar = new Bar(groupName(name), undefined, "summary");
      const picture = make("span", "icon");
      picture.ariaHidden = "true";
      setIcon(picture, icon);
      bar.element.prepend(picture);
      this.#groups.set(name, bar);
      const members = make("div", "bars-members");
      members.append(...this.#rows.filter((_, label) => labelGroups[label] === index).map(({ element }) => element));
      const group = make("details", "bars-group");
      group.append(bar.element, members);
      return group;
    });
  }
}

class Bar {
  readonly element: HTMLElement;
  readonly #value = make("span", "bar-value");
  readonly #fill = make("span", "bar-fill");
  #shown = "";

  constructor(words: string, label: string | undefined, tag: "div" | "summary" = "div") {
    this.element = make(tag, "bar");
    if (label !== undefined) this.element.dataset["label"] = label;
    const name = make("span", "bar-name", words);
    name.title = words;
    const track = make("span", "bar-track");
    track.append(this.#fill);
    this.element.append(name, this.#value, track);
    this.clear();
  }

  show(score: number): void {
    const words = percent(score);
    // Most of hundreds of scores do not change: their elements are left alone.
    if (words === this.#shown) return;
    this.#shown = words;
    setText(this.#value, words);
    this.#fill.style.setProperty("--part", String(score));
    this.element.toggleAttribute("data-detected", score >= 0.5);
  }

  clear(): void {
    this.#shown = "";
    setText(this.#value, "–");
    this.#fill.style.setProperty("--part", "0");
    this.element.removeAttribute("data-detected");
  }
}
