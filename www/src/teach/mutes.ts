// What the user has muted: single labels, and groups of them.

import type { SettingsStore } from "../settings.js";
import { groupName, labelWords } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { make } from "../ui/dom.js";
import { iconButton } from "../ui/icons.js";

export class Mutes {
  readonly element = make("section", "teach-mutes");
  readonly #settings: SettingsStore;
  readonly #changed: () => void;
  readonly #list = make("ul", "teach-muted");
  #shown = "";

  /** `changed` is called when anything is muted or unmuted; it has to call `show`. */
  constructor(settings: SettingsStore, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
    this.#list.dataset["testid"] = "teach-muted";
    this.element.append(make("h3", "", teachTexts.muted), make("p", "teach-quiet", teachTexts.mutedHelp), this.#list);
    this.show();
  }

  set(label: string, muted: boolean): void {
    this.#settings.change((saved) => {
      const others = saved.muted.filter((other) => other !== label);
      return { muted: muted ? [...others, label] : others };
    });
    this.#changed();
  }

  show(): void {
    const { muted, mutedGroups } = this.#settings.all;
    const shown = JSON.stringify([muted, mutedGroups]);
    // Another setting has changed: the button with the focus stays.
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = muted.length + mutedGroups.length === 0;
    this.#list.replaceChildren(
      ...mutedGroups.map((group) => this.#item(teachTexts.mutedGroup(groupName(group)), () => this.#unmuteGroup(group))),
      ...muted.map((label) => this.#item(labelWords(label), () => this.set(label, false))),
    );
  }

  #item(words: string, unmute: () => void): HTMLElement {
    const item = make("li", "", words);
    item.append(iconButton("delete", teachTexts.unmute(words), unmute));
    return item;
  }

  #unmuteGroup(group: string): void {
    this.#settings.change(({ mutedGroups }) => ({ mutedGroups: mutedGroups.filter((other) => other !== group) }));
    this.#changed();
  }
}
