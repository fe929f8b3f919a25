// The texts of index.html around the views and the choice of language.

import { language, listenTexts, texts } from "../texts/index.js";
import { LANGUAGE_NAMES, LANGUAGES, changeLanguage } from "../texts/language.js";
import { byId, option } from "./dom.js";

export function prepareFrame(): void {
  document.documentElement.lang = language;
  // index.html has the English title.
  if (language !== "en") document.title = listenTexts.title;
  byId("title", HTMLElement).textContent = listenTexts.title;
  byId("stage", HTMLElement).ariaLabel = listenTexts.stageName;
  byId("scores", HTMLElement).ariaLabel = listenTexts.scoresName;
  const { intro } = texts;
  if (intro) {
    byId("intro-lead", HTMLElement).textContent = intro.lead;
    byId("privacy", HTMLElement).textContent = intro.privacy;
  }
  byId("sounds-more", HTMLElement).textContent = listenTexts.history;
  byId("bars-title", HTMLElement).textContent = listenTexts.allSounds;
  byId("settings-title", HTMLElement).textContent = listenTexts.settings;
  byId("about-link", HTMLAnchorElement).textContent = texts.about;
  byId("about-title", HTMLElement).textContent = texts.about;
  byId("language-name", HTMLElement).textContent = texts.languageName;
  const select = byId("language", HTMLSelectElement);
  select.replaceChildren(
    ...LANGUAGES.map((name) => {
      const choice = option(name, LANGUAGE_NAMES[name]);
      choice.lang = name;
      return choice;
    }),
  );
  select.value = language;
  select.onchange = () => {
    changeLanguage(LANGUAGES.find((name) => name === select.value) ?? language);
  };
}
