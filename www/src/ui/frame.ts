// The words of the frame that index.html leaves open, and the choice of language.

import { language, listenTexts, texts } from "../texts/index.js";
import { LANGUAGE_NAMES, LANGUAGES, rememberLanguage } from "../texts/language.js";
import { byId, make } from "./dom.js";

export function prepareFrame(): void {
  document.documentElement.lang = language;
  // index.html is in English already.
  if (language !== "en") document.title = listenTexts.title;
  byId("title", HTMLElement).textContent = listenTexts.title;
  byId("stage", HTMLElement).ariaLabel = listenTexts.stageName;
  byId("scores", HTMLElement).ariaLabel = listenTexts.scoresName;
  byId("intro-lead", HTMLElement).textContent = texts.introLead;
  byId("privacy", HTMLElement).textContent = texts.introPrivacy;
  byId("sounds-more", HTMLElement).textContent = listenTexts.history;
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
