// What a page can say of a model before it is loaded. The build writes it into
// `models.json`, and the page reads it there or asks the model itself.

import type { ModelInfo } from "sourcing-sound";

export type Described = Pick<
  ModelInfo,
  "name" | "description" | "labels" | "groups" | "labelGroups" | "trainingData" | "folds" | "accuracy" | "licence"
>;

/** Only that, of all that a model says about itself. */
export function described(info: Described): Described {
  const { name, description, labels, groups, labelGroups, trainingData, folds, accuracy, licence } = info;
  return { name, description, labels, groups, labelGroups, trainingData, folds, accuracy, licence };
}

/** Of a model whose file keeps an older name. */
const NAMES: Readonly<Record<string, string>> = { "urban-v1": "urban-tiny" };

/** The name that people know a model by, from the one in its file. */
export function siteName(name: string): string {
  return NAMES[name] ?? name;
}
