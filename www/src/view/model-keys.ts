// What a model's file must hold to be run here, for whoever makes one.

import { make } from "../dom.js";
import { modelTexts } from "../texts/index.js";

export function modelKeys(): HTMLElement {
  const details = make("details", "model-keys");
  details.dataset["testid"] = "model-keys";
  details.append(make("summary", "", modelTexts.keysTitle), make("p", "", modelTexts.keysIntro));
  for (const [title, keys] of Object.entries(modelTexts.keys)) {
    const list = make("dl", "");
    for (const [key, meaning] of Object.entries(keys)) {
      const term = make("dt", "");
      term.append(make("code", "", key));
      list.append(term, make("dd", "", meaning));
    }
    details.append(make("h4", "", title), list);
  }
  return details;
}
