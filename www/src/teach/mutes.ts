// The labels that the user does not want to be told.

import type { SettingsStore } from "../settings.js";
import { labelWords } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { make } from "../ui/dom.js";
import { iconButton } from "../ui/icons.js";

export class Mutes {
  readonly element = make("section", "teach-mutes");
  readonly #settings: SettingsStore;
  readonly #changed: () => void;
  readonly #list = make("ul", "teach-muted");

  /** `changed` is called when a label is muted, or no longer is. */
  constructor(settings: SettingsStore, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
    this.#list.dataset["testid"] = "teach-muted";
    this.element.append(make("h3", "", teachTexts.muted), make("p", "teach-quiet", teachTexts.mutedHelp), this.#list);
    this.show();
  }

  set(label: string, muted: boolean): void {
    const others = this.#settings.all.muted.filter((other) => other !== label);
    this.#settings.change({ muted: muted ? [...others, label] : others });
    this.show();
    this.#changed();
  }

  show(): void {
    const { muted } = this.#settings.all;
    this.element.hidden = muted.length === 0;
    this.#list.replaceChildren(
      ...muted.map((label) => {
        const item = make("li", "", labelWords(label));
        item.append(iconButton("delete", teachTexts.unmute(labelWords(label)), () => this.set(label, false)));
        return item;
      }),
    );
  }
}
