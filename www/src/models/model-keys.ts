// What a model's file must hold to be run here, for whoever makes one.

import { modelTexts } from "../texts/index.js";
import { make } from "../ui/dom.js";

export function modelKeys(): HTMLElement {
  const details = make("details", "model-keys");
  details.dataset["testid"] = "model-keys";
  details.append(make("summary", "", modelTexts.keysTitle), make("p", "", modelTexts.keysIntro));
  const parts = make("div", "model-keys-parts");
  for (const [title, keys] of Object.entries(modelTexts.keys)) {
    const list = make("dl", "");
    for (const [key, meaning] of Object.entries(keys)) {
      const term = make("dt", "");
      term.append(make("code", "", key));
      list.append(term, make("dd", "", meaning));
    }
    const part = make("section", "");
    part.append(make("h3", "", title), list);
    parts.append(part);
  }
  details.append(parts);
  return details;
}
