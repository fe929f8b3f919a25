// The view "About".

import { aboutTexts } from "../texts/about.js";
import { byId, make } from "../ui/dom.js";

export class About {
  constructor() {
    byId("about-text", HTMLElement).replaceChildren(...aboutTexts.map((text) => make("p", "", text)));
  }
}
