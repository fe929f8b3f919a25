// What the model says about itself.

import type { ModelInfo } from "sourcing-sound";
import { byId, make } from "../dom.js";
import { labelWords, texts } from "../texts.js";

const facts = byId("facts", HTMLElement);

export function prepareAbout(): void {
  byId("about-title", HTMLElement).textContent = texts.about;
  byId("about-text", HTMLElement).replaceChildren(...texts.aboutText.map((text) => make("p", "", text)));
}

export function describeModel(info: ModelInfo): void {
  const { model, labels, trainingData, folds, accuracy, licence } = texts.facts;
  const rows: [string, string][] = [
    [model, info.description ? `${info.name}: ${info.description}` : info.name],
    [labels, info.labels.map(labelWords).join(", ")],
    [trainingData, info.trainingData],
    [folds, info.folds],
    [accuracy, info.accuracy],
    [licence, info.licence],
  ];
  facts.replaceChildren(...rows.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
}
