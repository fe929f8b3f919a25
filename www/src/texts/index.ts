// The texts that the user sees, in the language of the page; those of a view with its own script are in the file with its name. A
// language is a folder with the same files as `en`; the compiler reports what is missing.

import { ownValue } from "../own-value.js";
import { en, type Texts } from "./en/index.js";
import { chosenLanguage, type Language, localeOf } from "./language.js";

export type { Texts } from "./en/index.js";
export type { AnyErrorCode, PageErrorCode } from "./codes.js";

/** English is in the page's script, any other language in its own. */
const LANGUAGES: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => en,
  de: async () => (await import("./de/index.js")).de,
};

/** The chosen language; English if its script cannot be loaded. */
async function load(wanted: Language): Promise<{ language: Language; chosen: Texts }> {
  try {
    return { language: wanted, chosen: await LANGUAGES[wanted]() };
  } catch {
    return { language: "en", chosen: en };
  }
}

const loaded = await load(chosenLanguage());

/** The language of the page. It does not change until the page is reloaded. */
export const language: Language = loaded.language;

/** How dates and times are written. */
export const locale: string = localeOf(language);

const { chosen } = loaded;

export const texts = chosen.page;
export const errorTexts = chosen.errors;
export const listenTexts = chosen.listen;
export const pwaTexts = chosen.pwa;

/** A label in the language of the page; `dog_bark` becomes "Dog bark". */
export function labelWords(label: string): string {
  const words = label.replaceAll("_", " ");
  return ownValue(chosen.labels, label) ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** A group's name in the language of the page. */
export function groupName(name: string): string {
  return ownValue(chosen.groups, name) ?? name;
}
