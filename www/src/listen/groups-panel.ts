// The setting for which groups of sounds are named.

import type { ModelInfo } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { groupName, language } from "../texts/index.js";
import { settingsTexts } from "../texts/settings.js";
import { checkbox, make } from "../ui/dom.js";
import { groupNames, taughtLabels } from "./groups.js";

export class GroupsPanel {
  readonly element = make("fieldset", "settings-alerts");
  readonly #store: SettingsStore;
  readonly #changed: () => void;
  readonly #rows = make("div", "settings-labels");
  #boxes = new Map<string, HTMLInputElement>();

  /** `changed` is called when a group is muted or unmuted. */
  constructor(store: SettingsStore, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
    this.element.dataset["testid"] = "groups";
    this.element.append(make("legend", "", settingsTexts.groups), make("p", "settings-help", settingsTexts.groupsHelp), this.#rows);
  }

  /** Shows the groups that contain more than taught labels. */
  describe(info: ModelInfo): void {
    const taught = new Set(taughtLabels(info));
    const names = [...groupNames(info)].flatMap(([label, name]) => (taught.has(label) ? [] : [name]));
    const sorted = [...new Set(names)].sort((a, b) => groupName(a).localeCompare(groupName(b), language));
    const rows = sorted.map((name) => checkbox(groupName(name), false, `group-${name}`, ({ checked }) => this.#set(name, checked)));
    this.#boxes = new Map(sorted.map((name, i) => [name, rows[i]!.querySelector("input")!]));
    this.#rows.replaceChildren(...rows);
    this.element.hidden = sorted.length < 2;
    this.show();
  }

  show(): void {
    const { mutedGroups } = this.#store.all;
    for (const [name, box] of this.#boxes) box.checked = !mutedGroups.includes(name);
  }

  #set(name: string, wanted: boolean): void {
    this.#store.change((saved) => {
      const others = saved.mutedGroups.filter((other) => other !== name);
      return { mutedGroups: wanted ? others : [...others, name] };
    });
    this.#changed();
  }
}
