// A choice of model in words.

import { modelTexts, texts } from "../texts/index.js";
import { type Choice, speaker } from "./manifest.js";

/** What a model knows, with the number of labels. */
export function choiceWords(choice: Choice): string {
  const { id, labels, from } = choice;
  if (from === "person") return modelTexts.ownChoice(labels, speaker(choice).name);
  return texts.choices[id]?.(labels) ?? texts.otherChoice(labels, id);
}

/** The same in a few words, without the number. */
export function choiceName(choice: Choice): string {
  const name = choice.from === "person" ? undefined : modelTexts.names[choice.id];
  return name ?? speaker(choice).name;
}
