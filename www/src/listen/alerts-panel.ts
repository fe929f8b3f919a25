// The settings of alerts: for which labels, and how.

import type { ModelInfo } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { groupName, labelWords, language } from "../texts/index.js";
import { settingsTexts } from "../texts/settings.js";
import { checkbox, make, option, setText, smallButton } from "../ui/dom.js";
import { Alerts } from "./alerts.js";
import { groupNames } from "./groups.js";

/** With this many labels or more there is a search field. */
const SEARCHED = 30;

/** The offered pauses between two alerts for the same label, in seconds. */
const PAUSES = [5, 20, 60, 300, 1800, 3600];

interface Row {
  label: string;
  /** In lower case: what the search looks in, the names of the label and of its group. */
  words: string;
  element: HTMLElement;
}

export class AlertsPanel {
  readonly element = make("fieldset", "settings-alerts");
  readonly #store: SettingsStore;
  readonly #labels = make("div", "settings-labels");
  readonly #search = make("input", "settings-search");
  readonly #note = make("p", "settings-help");
  readonly #found = make("div", "history-choices");
  #rows: Row[] = [];

  constructor(store: SettingsStore) {
    this.#store = store;
    this.#search.type = "search";
    this.#search.placeholder = settingsTexts.search;
    this.#search.ariaLabel = settingsTexts.search;
    this.#search.oninput = () => this.#filter();
    this.#note.role = "status";
    this.#found.append(
      smallButton(settingsTexts.tickFound, "alert-all", () => this.#chooseFound(true)),
      smallButton(settingsTexts.untickFound, "alert-none", () => this.#chooseFound(false)),
    );
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
      this.#found,
    );
  }

  describe(info: ModelInfo): void {
    const groups = groupNames(info);
    const sorted = [...info.labels].sort((a, b) => labelWords(a).localeCompare(labelWords(b), language));
    this.#rows = sorted.map((label) => {
      const element = checkbox(labelWords(label), false, `alert-${label}`, (box) => this.#choose([label], box.checked));
      return { label, words: `${labelWords(label)} ${groupName(groups.get(label) ?? "")}`.toLocaleLowerCase(), element };
    });
    this.#labels.replaceChildren(...this.#rows.map(({ element }) => element));
    this.#tick();
    this.#search.hidden = this.#found.hidden = info.labels.length < SEARCHED;
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

  #choose(labels: readonly string[], wanted: boolean): void {
    const others = this.#store.all.alerts.labels.filter((other) => !labels.includes(other));
    this.#change({ labels: wanted ? [...others, ...labels] : others });
  }

  /** Ticks what the search has found, or all if nothing is searched for. */
  #chooseFound(wanted: boolean): void {
    this.#choose(this.#rows.filter(({ element }) => !element.hidden).map(({ label }) => label), wanted);
    this.#tick();
  }

  #tick(): void {
    const chosen = new Set(this.#store.all.alerts.labels);
    for (const { label, element } of this.#rows) element.querySelector("input")!.checked = chosen.has(label);
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
    for (const { words, element } of this.#rows) element.hidden = !words.includes(wanted);
  }
}
