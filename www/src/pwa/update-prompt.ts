// The bar at the bottom of the window that offers a new version. It covers a part of the page, so that nothing moves when it
// appears.

import { pwaTexts } from "../texts/index.js";
import { updateTexts } from "../texts/update.js";
import { byId, setText } from "../ui/dom.js";

export class UpdatePrompt {
  readonly #element = byId("prompt", HTMLElement);
  readonly #words = byId("prompt-words", HTMLElement);
  readonly #yes = byId("prompt-yes", HTMLButtonElement);
  readonly #actions = byId("prompt-actions", HTMLElement);

  constructor() {
    const later = byId("prompt-later", HTMLButtonElement);
    this.#element.ariaLabel = updateTexts.promptName;
    setText(later, updateTexts.later);
    later.onclick = () => {
      this.#hide();
      byId("app", HTMLElement).focus({ preventScroll: true });
    };
  }

  /** A new version is ready. */
  offer(update: () => void): void {
    this.#show("offer", updateTexts.newVersion, updateTexts.updateNow, update);
  }

  /** Another tab has updated: this one can only reload. */
  outdated(reload: () => void): void {
    this.#show("outdated", updateTexts.updatedElsewhere, pwaTexts.reload, reload);
  }

  #show(state: "offer" | "outdated", words: string, yes: string, accepted: () => void): void {
    this.#element.dataset["state"] = state;
    this.#actions.hidden = false;
    setText(this.#yes, yes);
    setText(this.#words, words);
    this.#yes.disabled = false;
    this.#yes.onclick = () => {
      this.#yes.disabled = true;
      accepted();
    };
  }

  #hide(): void {
    this.#element.dataset["state"] = "none";
    this.#actions.hidden = true;
    setText(this.#words, "");
  }
}
