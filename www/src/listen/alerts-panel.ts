// The settings of alerts: for which labels, and how.

import type { ModelInfo } from "sourcing-sound";
import type { AlertSettings, SettingsStore } from "../settings.js";
import { groupName, labelWords, language } from "../texts/index.js";
import { settingsTexts } from "../texts/settings.js";
import { checkbox, make, option, setText, smallButton } from "../ui/dom.js";
import { Alerts } from "./alerts.js";
import { groupNames } from "./groups.js";
import { isSilence } from "./quiet.js";

/** With this many labels or more there is a search field. */
const SEARCHED = 30;

/** The offered pauses between two alerts for the same label, in seconds. */
const PAUSES = [5, 20, 60, 300, 1800, 3600];

interface Row {
  label: string;
  /** The text to search, in lower case: the names of the label and of its group. */
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
  readonly #pause = make("select", "button small");
  readonly #notify = checkbox(settingsTexts.notify, false, "alert-notify", (box) => void this.#setNotify(box));
  readonly #sound = checkbox(settingsTexts.sound, false, "alert-sound", ({ checked }) => this.#change(() => ({ sound: checked })));
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
    this.#pause.dataset["testid"] = "alert-pause";
    this.#pause.onchange = () => this.#change(() => ({ pauseSeconds: Number(this.#pause.value) }));
    const pause = make("label", "models-quiet history-choice", settingsTexts.pauseName);
    pause.append(this.#pause);
    this.element.append(
      make("legend", "", settingsTexts.alerts),
      make("p", "settings-help", settingsTexts.alertsHelp),
      this.#notify,
      this.#sound,
      this.#note,
      pause,
      this.#search,
      this.#labels,
      this.#found,
    );
  }

  describe(info: ModelInfo): void {
    const groups = groupNames(info);
    // Silence is no event.
    const sorted = info.labels.filter((label) => !isSilence({ label })).sort((a, b) => labelWords(a).localeCompare(labelWords(b), language));
    this.#rows = sorted.map((label) => {
      const element = checkbox(labelWords(label), false, `alert-${label}`, (box) => this.#choose([label], box.checked));
      return { label, words: `${labelWords(label)} ${groupName(groups.get(label) ?? "")}`.toLocaleLowerCase(), element };
    });
    this.#labels.replaceChildren(...this.#rows.map(({ element }) => element));
    this.show();
    this.#search.hidden = this.#found.hidden = info.labels.length < SEARCHED;
    this.#search.value = "";
  }

  /** Shows the settings as they are saved, and whether the browser allows notifications. */
  show(): void {
    const { notify, sound, pauseSeconds } = this.#store.all.alerts;
    boxOf(this.#notify).checked = notify && Alerts.notificationsAllowed;
    boxOf(this.#sound).checked = sound;
    this.#advise();
    const pauses = [...new Set([...PAUSES, pauseSeconds])].sort((a, b) => a - b);
    if (this.#pause.length !== pauses.length) {
      this.#pause.replaceChildren(...pauses.map((seconds) => option(String(seconds), settingsTexts.pause(seconds))));
    }
    this.#pause.value = String(pauseSeconds);
    this.#tick();
  }

  #choose(chosen: readonly string[], wanted: boolean): void {
    this.#change(({ labels }) => {
      const others = labels.filter((other) => !chosen.includes(other));
      return { labels: wanted ? [...others, ...chosen] : others };
    });
  }

  /** Ticks what the search has found, or all without a search. */
  #chooseFound(wanted: boolean): void {
    this.#choose(this.#rows.filter(({ element }) => !element.hidden).map(({ label }) => label), wanted);
    this.#tick();
  }

  #tick(): void {
    const chosen = new Set(this.#store.all.alerts.labels);
    for (const { label, element } of this.#rows) boxOf(element).checked = chosen.has(label);
  }

  async #setNotify(box: HTMLInputElement): Promise<void> {
    const allowed = !box.checked || (await Alerts.allowNotifications());
    if (!allowed) box.checked = false;
    this.#change(() => ({ notify: box.checked }));
    if (!allowed) setText(this.#note, whyNone());
  }

  #change(change: (saved: AlertSettings) => Partial<AlertSettings>): void {
    this.#store.change(({ alerts }) => ({ alerts: { ...alerts, ...change(alerts) } }));
    this.#advise();
  }

  /** Says why there will be no alert. */
  #advise(): void {
    const { notify, sound, labels } = this.#store.all.alerts;
    const ticks = this.#rows.some(({ label }) => labels.includes(label));
    if (notify && !Alerts.notificationsAllowed) setText(this.#note, whyNone());
    else if (notify || sound) setText(this.#note, ticks ? "" : settingsTexts.noSound);
    else setText(this.#note, ticks ? settingsTexts.noWay : "");
  }

  #filter(): void {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    for (const { words, element } of this.#rows) element.hidden = !words.includes(wanted);
  }
}

function boxOf(row: HTMLElement): HTMLInputElement {
  return row.querySelector("input")!;
}

/** Why there are no notifications. */
function whyNone(): string {
  return Alerts.notificationsSupported ? settingsTexts.notifyDenied : settingsTexts.notifyUnsupported;
}
