// What is shown of a model before it is loaded. The build writes it to
// `models.json`; for a model that is not listed there, the model itself is read.

import type { ModelInfo } from "sourcing-sound";

export type Described = Pick<
  ModelInfo,
  | "name"
  | "description"
  | "labels"
  | "groups"
  | "labelGroups"
  | "trainingData"
  | "folds"
  | "accuracy"
  | "licence"
  | "engine"
>;

/** Picks it from a model's full description. */
export function described(info: Described): Described {
  const { name, description, labels, groups, labelGroups, trainingData, folds, accuracy, licence, engine } = info;
  return { name, description, labels, groups, labelGroups, trainingData, folds, accuracy, licence, engine };
}

/** The name that the page shows for the name in a model's file. */
export function siteName(name: string): string {
  return name === "urban-v1" ? "urban-tiny" : name;
}
