// The language of the page: the user's choice, else that of the address (`?lang=de`), else the browser's, else English.

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The name of each language in that language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

const KEY = "sourcing-sound.language";

export function chosenLanguage(): Language {
  const wanted = [remembered() ?? new URLSearchParams(location.search).get("lang") ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.map(known).find((language) => language !== undefined) ?? "en";
}

/** Loads the page again in this language. */
export function changeLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
    location.reload();
  } catch {
    // Nothing is stored: the address keeps it.
    location.search = `lang=${language}`;
  }
}

/** The locale for dates and times: the browser's, if it has the language of the page. */
export function localeOf(language: Language): string {
  return navigator.languages.find((tag) => known(tag.slice(0, 2).toLowerCase()) === language) ?? language;
}

function known(tag: string): Language | undefined {
  return LANGUAGES.find((language) => language === tag);
}

function remembered(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
