// The name of a choice of model.

import { ownValue } from "../own-value.js";
import { modelTexts } from "../texts/models.js";
import { type Choice, describedBy } from "./manifest.js";

/** With the number of labels. */
export function choiceWords(choice: Choice): string {
  const { id, labels, from } = choice;
  if (from === "person") return modelTexts.ownChoice(labels, describedBy(choice).name);
  return ownValue(modelTexts.choices, id)?.(labels) ?? modelTexts.otherChoice(labels, id);
}

/** Short, without the number. */
export function choiceName(choice: Choice): string {
  const name = choice.from === "person" ? undefined : ownValue(modelTexts.names, choice.id);
  return name ?? describedBy(choice).name;
}
