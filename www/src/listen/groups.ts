// Which group a label belongs to, by its name, and the group's score.

import type { Category, GroupScore, ModelInfo } from "sourcing-sound";
import { groupName, labelWords } from "../texts/index.js";
import { make, setText } from "../ui/dom.js";
import { percent } from "../ui/format.js";
import { setIcon } from "../ui/icons.js";

export type Labelled = Pick<Category, "label" | "group" | "score">;

/** The name of each label's group; empty for a model without groups. */
export function groupNames({ labels, groups, labelGroups }: ModelInfo): Map<string, string> {
  const names = labels.map((label, index) => [label, groups[labelGroups[index] ?? -1]?.name] as const);
  return new Map(names.flatMap(([label, name]) => (name === undefined ? [] : [[label, name]])));
}

/** The group of a label among those that were detected. */
export function groupOf({ group }: Pick<Labelled, "group">, groups: readonly GroupScore[]): GroupScore | undefined {
  return groups.find(({ name }) => name === group);
}

/**
 * The name of a label's group, and its score where that says more than the label's own: a group is scored as its
 * strongest label. Nothing where the group is called as the label is.
 */
export function groupWords({ label, score }: Labelled, group: GroupScore | undefined): { name: string; score: string } {
  if (!group || groupName(group.name) === labelWords(label)) return { name: "", score: "" };
  const [own, whole] = [percent(score), percent(group.score)];
  return { name: groupName(group.name), score: group.score > score && whole !== own ? whole : "" };
}

/** A label's picture and name, with its group's name and score beneath or beside. */
export class GroupedName {
  readonly icon = make("span", "icon");
  readonly name: HTMLElement;
  readonly group = make("span", "group");

  constructor(className: string) {
    this.name = make("span", className);
    this.icon.ariaHidden = "true";
    this.icon.hidden = true;
  }

  show(labelled: Labelled, group: GroupScore | undefined): void {
    this.icon.hidden = labelled.group === undefined;
    if (group) setIcon(this.icon, group.icon);
    const words = labelWords(labelled.label);
    setText(this.name, words);
    this.name.title = words;
    showGroup(this.group, groupWords(labelled, group));
  }

  clear(words: string): void {
    this.icon.hidden = true;
    setText(this.name, words);
    showGroup(this.group, { name: "", score: "" });
  }
}

/** The score has an element of its own, so that it stays where room for the group's name runs out. */
function showGroup(element: HTMLElement, { name, score }: { name: string; score: string }): void {
  const words = score === "" ? name : `${name} ${score}`;
  if (element.textContent === words) return;
  const parts = [make("span", "group-name", name), make("span", "group-score", score === "" ? "" : ` ${score}`)];
  element.replaceChildren(...(words === "" ? [] : parts));
}
