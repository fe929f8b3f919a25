// Shows a view whose script may still have to be loaded.

import { codeOf } from "../page-error.js";
import { errorTexts, pwaTexts, texts } from "../texts/index.js";
import { make, smallButton } from "../ui/dom.js";
import type { LatePart } from "./part.js";

/**
 * Loads the part and shows it, with a message in its section until it is shown, and what to do if the part cannot be loaded.
 */
export async function showLate<T>(section: HTMLElement, part: LatePart<T>, show: (loaded: T) => Promise<void> | void): Promise<void> {
  const note = make("div", "view-note");
  note.dataset["testid"] = "view-note";
  if (part.loaded === undefined || section.childElementCount === 0) {
    note.append(make("p", "models-quiet", texts.loading));
    for (const before of section.querySelectorAll(".view-note")) before.remove();
    section.append(note);
  }
  try {
    const loaded = await part.get();
    await show(loaded);
    note.remove();
  } catch (thrown) {
    const code = codeOf(thrown);
    const words = make("p", "notice", errorTexts[code]);
    words.dataset["code"] = code;
    words.setAttribute("role", "alert");
    if (!note.isConnected) section.append(note);
    note.replaceChildren(words, smallButton(pwaTexts.reload, "view-reload", () => location.reload()));
  }
}
