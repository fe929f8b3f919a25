// The group of a label, by name, and the group's score.

import type { Category, GroupScore, ModelInfo } from "sourcing-sound";
import { groupName, labelWords } from "../texts/index.js";
import { make, setText } from "../ui/dom.js";
import { percent } from "../ui/format.js";
import { setIcon } from "../ui/icons.js";

export type Labelled = Pick<Category, "label" | "group" | "score">;

/** Label → name of its group; empty for a model without groups. */
export function groupNames({ labels, groups, labelGroups }: ModelInfo): Map<string, string> {
  const names = labels.map((label, index) => [label, groups[labelGroups[index] ?? -1]?.name] as const);
  return new Map(names.flatMap(([label, name]) => (name === undefined ? [] : [[label, name]])));
}

/** What the user has taught: a head of the model's own name adds it. */
export function taughtLabels({ name, base, labels, headLabels }: ModelInfo): string[] {
  return name === base ? labels.slice(0, headLabels) : [];
}

/** The entry of a label's group in `groups`. */
export function groupOf({ group }: Pick<Labelled, "group">, groups: readonly GroupScore[]): GroupScore | undefined {
  return groups.find(({ name }) => name === group);
}

/**
 * The name of a label's group, and the group's score if it is higher: a group has the score of its strongest label.
 * Nothing if the group has the same name as the label.
 */
export function groupWords({ label, score }: Labelled, group: GroupScore | undefined): { name: string; score: string } {
  if (!group || groupName(group.name) === labelWords(label)) return { name: "", score: "" };
  const [own, whole] = [percent(score), percent(group.score)];
  return { name: groupName(group.name), score: group.score > score && whole !== own ? whole : "" };
}

/** A label's icon and name, with its group's name and score below or next to it. */
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

/** The score has its own element, so that it stays visible when the group's name is cut off. */
function showGroup(element: HTMLElement, { name, score }: { name: string; score: string }): void {
  const words = score === "" ? name : `${name} ${score}`;
  if (element.textContent === words) return;
  const parts = [make("span", "group-name", name), make("span", "group-score", score === "" ? "" : ` ${score}`)];
  element.replaceChildren(...(words === "" ? [] : parts));
}
