// What this page is.

import { texts } from "../texts/index.js";
import { byId, make } from "./dom.js";

export function prepareAbout(): void {
  byId("about-title", HTMLElement).textContent = texts.about;
  byId("about-text", HTMLElement).replaceChildren(...texts.aboutText.map((text) => make("p", "", text)));
}
