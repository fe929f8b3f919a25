// All texts that the user sees, in the language of the page. A language is a folder
// with the same files as `en`; the compiler reports what is missing.

import { de } from "./de/index.js";
import { en, type Texts } from "./en/index.js";
import { chosenLanguage, type Language, localeOf } from "./language.js";

export type { Texts } from "./en/index.js";
export type { AnyErrorCode, PageErrorCode } from "./codes.js";

const LANGUAGES: Readonly<Record<Language, Texts>> = { en, de };

/** The language of the page. It does not change until the page is reloaded. */
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

/** A label in the language of the page; `dog_bark` becomes "Dog bark". */
export function labelWords(label: string): string {
  const words = label.replaceAll("_", " ");
  return chosen.labels[label] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** A group's name in the language of the page. */
export function groupName(name: string): string {
  return chosen.groups[name] ?? name;
}
