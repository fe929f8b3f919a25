// What the model that listens says about itself.

import type { ModelInfo } from "sourcing-sound";
import { byId, make } from "../dom.js";
import { groupName, labelWords, texts } from "../texts/index.js";
import { setIcon } from "./icons.js";

const facts = byId("facts", HTMLElement);

export function prepareAbout(): void {
  byId("about-title", HTMLElement).textContent = texts.about;
  byId("about-text", HTMLElement).replaceChildren(...texts.aboutText.map((text) => make("p", "", text)));
}

export function describeModel(info: ModelInfo): void {
  const { model, labels, trainingData, folds, accuracy, licence } = texts.facts;
  const rows: [string, string | HTMLElement][] = [
    [model, info.description ? `${info.name}: ${info.description}` : info.name],
    [labels, info.groups.length > 0 ? labelsByGroup(info) : info.labels.map(labelWords).join(", ")],
    [trainingData, info.trainingData],
    [folds, info.folds],
    [accuracy, info.accuracy],
    [licence, info.licence],
  ];
  facts.replaceChildren(
    ...rows.flatMap(([name, value]) => {
      const definition = make("dd", "");
      definition.append(value);
      return [make("dt", "", name), definition];
    }),
  );
}

/** Hundreds of labels, folded away group by group. */
function labelsByGroup({ labels, groups, labelGroups }: ModelInfo): HTMLElement {
  const details = make("details", "label-groups");
  details.append(make("summary", "", texts.facts.kinds(labels.length, groups.length)));
  groups.forEach(({ name, icon }, index) => {
    const heading = make("h3", "");
    const picture = make("span", "icon");
    picture.ariaHidden = "true";
    setIcon(picture, icon);
    heading.append(picture, groupName(name));
    const members = labels.filter((_, label) => labelGroups[label] === index).map(labelWords);
    details.append(heading, make("p", "", members.join(" · ")));
  });
  return details;
}
