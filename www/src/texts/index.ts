// Every word that a person reads, in the language of the page. A language is a
// folder with the same files as `en`; the compiler names what is missing.

import { type Choice, speaker } from "../models/manifest.js";
import { de } from "./de/index.js";
import { en } from "./en/index.js";
import { chosenLanguage, type Language, localeOf } from "./language.js";

export type { AnyErrorCode, PageErrorCode } from "./codes.js";

/** What a language must have. */
export type Texts = typeof en;

const LANGUAGES: Readonly<Record<Language, Texts>> = { en, de };

/** The language of the page, until it is opened anew. */
export const language: Language = chosenLanguage();

/** How dates and times are written. */
export const locale: string = localeOf(language);

const chosen = LANGUAGES[language];

export const texts = chosen.page;
export const errorTexts = chosen.errors;
export const modelErrorTexts = chosen.modelErrors;
export const historyTexts = chosen.history;
export const listenTexts = chosen.listen;
export const fileTexts = chosen.files;
export const modelTexts = chosen.models;
export const settingsTexts = chosen.settings;
export const pwaTexts = chosen.pwa;

/** A model's label in plain words: `dog_bark` becomes "Dog bark". */
export function labelWords(label: string): string {
  const words = label.replaceAll("_", " ");
  return chosen.labels[label] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** A group's name in the language of the page. */
export function groupName(name: string): string {
  return chosen.groups[name] ?? name;
}

/** What a model hears, with how many kinds of it. */
export function choiceWords(choice: Choice): string {
  const { id, labels, from } = choice;
  if (from === "person") return chosen.models.ownChoice(labels, speaker(choice).name);
  return chosen.page.choices[id]?.(labels) ?? chosen.page.otherChoice(labels, id);
}

/** The same in a few words, without the number. */
export function choiceName(choice: Choice): string {
  const name = choice.from === "person" ? undefined : chosen.models.names[choice.id];
  return name ?? speaker(choice).name;
}
