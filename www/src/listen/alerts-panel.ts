// The settings of alerts: for which labels, and how.

import type { ModelInfo } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { labelWords, language } from "../texts/index.js";
import { settingsTexts } from "../texts/settings.js";
import { checkbox, make, option, setText } from "../ui/dom.js";
import { Alerts } from "./alerts.js";

/** With this many labels or more there is a search field. */
const SEARCHED = 30;

/** The offered pauses between two alerts for the same label, in seconds. */
const PAUSES = [5, 20, 60, 300, 1800, 3600];

export class AlertsPanel {
  readonly element = make("fieldset", "settings-alerts");
  readonly #store: SettingsStore;
  readonly #labels = make("div", "settings-labels");
  readonly #search = make("input", "settings-search");
  readonly #note = make("p", "settings-help");

  constructor(store: SettingsStore) {
    this.#store = store;
    this.#search.type = "search";
    this.#search.placeholder = settingsTexts.search;
    this.#search.ariaLabel = settingsTexts.search;
    this.#search.oninput = () => this.#filter();
    this.#note.role = "status";
    const { notify, sound } = store.all.alerts;
    this.element.append(
      make("legend", "", settingsTexts.alerts),
      make("p", "settings-help", settingsTexts.alertsHelp),
      checkbox(settingsTexts.notify, notify, "alert-notify", (box) => void this.#setNotify(box)),
      checkbox(settingsTexts.sound, sound, "alert-sound", (box) => this.#change({ sound: box.checked })),
      this.#note,
      this.#pause(),
      this.#search,
      this.#labels,
    );
  }

  describe({ labels }: ModelInfo): void {
    const chosen = new Set(this.#store.all.alerts.labels);
    const sorted = [...labels].sort((a, b) => labelWords(a).localeCompare(labelWords(b), language));
    this.#labels.replaceChildren(
      ...sorted.map((label) =>
        checkbox(labelWords(label), chosen.has(label), `alert-${label}`, (box) => this.#choose(label, box.checked)),
      ),
    );
    this.#search.hidden = labels.length < SEARCHED;
    this.#search.value = "";
  }

  #pause(): HTMLElement {
    const { pauseSeconds } = this.#store.all.alerts;
    const select = make("select", "button small");
    select.dataset["testid"] = "alert-pause";
    for (const seconds of [...new Set([...PAUSES, pauseSeconds])].sort((a, b) => a - b)) {
      select.append(option(String(seconds), settingsTexts.pause(seconds)));
    }
    select.value = String(pauseSeconds);
    select.onchange = () => this.#change({ pauseSeconds: Number(select.value) });
    const row = make("label", "models-quiet history-choice", settingsTexts.pauseName);
    row.append(select);
    return row;
  }

  #choose(label: string, wanted: boolean): void {
    const others = this.#store.all.alerts.labels.filter((other) => other !== label);
    this.#change({ labels: wanted ? [...others, label] : others });
  }

  async #setNotify(box: HTMLInputElement): Promise<void> {
    const allowed = !box.checked || (await Alerts.allowNotifications());
    if (!allowed) box.checked = false;
    const why = Alerts.notificationsSupported ? settingsTexts.notifyDenied : settingsTexts.notifyUnsupported;
    setText(this.#note, allowed ? "" : why);
    this.#change({ notify: box.checked });
  }

  #change(patch: Partial<SettingsStore["all"]["alerts"]>): void {
    this.#store.change({ alerts: { ...this.#store.all.alerts, ...patch } });
  }

  #filter(): void {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    for (const row of this.#labels.children) {
      if (row instanceof HTMLElement) row.hidden = !row.textContent?.toLocaleLowerCase().includes(wanted);
    }
  }
}
