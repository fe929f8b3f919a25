// The foot of the page: about, and the language.

import { byId, make } from "../dom.js";
import { language, texts } from "../texts/index.js";
import { LANGUAGE_NAMES, LANGUAGES, rememberLanguage } from "../texts/language.js";

export function prepareFooter(): void {
  document.documentElement.lang = language;
  byId("about-link", HTMLAnchorElement).textContent = texts.about;
  byId("language-name", HTMLElement).textContent = texts.languageName;
  const select = byId("language", HTMLSelectElement);
  select.replaceChildren(
    ...LANGUAGES.map((name) => {
      const option = make("option", "", LANGUAGE_NAMES[name]) as HTMLOptionElement;
      option.value = name;
      option.lang = name;
      return option;
    }),
  );
  select.value = language;
  select.onchange = () => {
    rememberLanguage(LANGUAGES.find((name) => name === select.value) ?? language);
    location.reload();
  };
}
