// A model's labels, folded away group by group where there are groups.

import { groupName, labelWords, texts } from "../texts/index.js";
import { make } from "../ui/dom.js";
import { setIcon } from "../ui/icons.js";
import type { Described } from "./described.js";

type Labels = Pick<Described, "labels" | "groups" | "labelGroups">;

export function labelList(described: Labels): HTMLElement | string {
  return described.groups.length > 0 ? labelsByGroup(described) : described.labels.map(labelWords).join(", ");
}

function labelsByGroup({ labels, groups, labelGroups }: Labels): HTMLElement {
  const details = make("details", "label-groups");
  details.append(make("summary", "", texts.facts.kinds(labels.length, groups.length)));
  groups.forEach(({ name, icon }, index) => {
    const heading = make("h4", "");
    const picture = make("span", "icon");
    picture.ariaHidden = "true";
    setIcon(picture, icon);
    heading.append(picture, groupName(name));
    const members = labels.filter((_, label) => labelGroups[label] === index).map(labelWords);
    details.append(heading, make("p", "", members.join(" · ")));
  });
  return details;
}
