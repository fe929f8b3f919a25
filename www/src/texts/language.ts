// Which language the page speaks: the person's choice, else the browser's, else English.

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

const KEY = "sourcing-sound.language";

export function chosenLanguage(): Language {
  const wanted = [remembered() ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.map(known).find((language) => language !== undefined) ?? "en";
}

/** Takes effect when the page is opened again. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The browser's own language stays.
  }
}

/** How dates and times are written: as the person's browser does where it speaks the page's language. */
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
