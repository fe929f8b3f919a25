// The settings of listening. Each value is the model's own until the user changes it.

import type { ModelInfo, StreamOptions } from "sourcing-sound";
import { ownValue } from "../own-value.js";
import type { SettingsStore } from "../settings.js";
import { settingsTexts } from "../texts/settings.js";
import { byId, checkbox, make, setText, smallButton } from "../ui/dom.js";
import { percent, trimmed } from "../ui/format.js";
import { AlertsPanel } from "./alerts-panel.js";
import { GroupsPanel } from "./groups-panel.js";
import { WakeLock } from "./wake-lock.js";

export interface SettingsEvents {
  /** The settings of the stream have changed. */
  stream(options: StreamOptions): void;
  wakeLock(wanted: boolean): void;
  /** Another microphone may have been chosen elsewhere; `undefined` for the system default. */
  device(deviceId: string | undefined): void;
  /** Groups were muted or unmuted. */
  muted(): void;
}

type Name = "hopSeconds" | "smoothingSeconds" | "eventOn" | "rejectionThreshold";

interface Range {
  min: number;
  max: number;
  step: number;
  words(value: number): string;
}

const RANGES: Readonly<Record<Name, Range>> = {
  hopSeconds: { min: 0.25, max: 4, step: 0.25, words: (value) => settingsTexts.seconds(trimmed(value, 2)) },
  smoothingSeconds: { min: 0, max: 10, step: 0.5, words: (value) => settingsTexts.seconds(trimmed(value, 1)) },
  eventOn: { min: 0.05, max: 0.95, step: 0.05, words: percent },
  rejectionThreshold: { min: 0, max: 0.95, step: 0.05, words: percent },
};

/** An event ends when its score falls below this fraction of the threshold that starts it: about the models' own ratio. */
const OFF_PART = 0.6;

export class SettingsPanel {
  readonly #store: SettingsStore;
  readonly #events: SettingsEvents;
  readonly #rows: Map<Name, SliderRow>;
  readonly #reset = smallButton(settingsTexts.reset, "settings-reset", () => this.#change(() => ({})));
  readonly #wakeLock: HTMLInputElement;
  readonly #groups: GroupsPanel;
  readonly #alerts: AlertsPanel;
  #info: ModelInfo | undefined;

  constructor(store: SettingsStore, events: SettingsEvents) {
    this.#store = store;
    this.#events = events;
    this.#rows = new Map(
      (Object.keys(RANGES) as Name[]).map((name) => [name, new SliderRow(name, (value) => this.#set(name, value))]),
    );
    this.#groups = new GroupsPanel(store, () => events.muted());
    this.#alerts = new AlertsPanel(store);
    const sliders = make("div", "settings-sliders");
    sliders.append(...[...this.#rows.values()].map(({ element }) => element), this.#reset);
    const wakeLock = this.#wakeLockRow();
    this.#wakeLock = wakeLock.querySelector("input")!;
    this.#wakeLock.disabled = !WakeLock.supported;
    byId("settings-body", HTMLElement).replaceChildren(sliders, wakeLock, this.#groups.element, this.#alerts.element);
  }

  describe(info: ModelInfo): void {
    this.#info = info;
    this.#groups.describe(info);
    this.#alerts.describe(info);
    this.#show();
  }

  /** The settings have changed elsewhere. */
  refresh(): void {
    const { deviceId, wakeLock } = this.#store.all;
    this.#wakeLock.checked = wakeLock;
    this.#groups.show();
    this.#alerts.show();
    this.#show();
    this.#events.device(deviceId);
    this.#events.wakeLock(wakeLock);
    if (this.#info) this.#events.stream(this.#store.streamOf(this.#info.name));
  }

  #wakeLockRow(): HTMLElement {
    const words = WakeLock.supported ? settingsTexts.wakeLock : settingsTexts.wakeLockUnsupported;
    return checkbox(words, this.#store.all.wakeLock, "wake-lock", ({ checked }) => {
      this.#store.change({ wakeLock: checked });
      this.#events.wakeLock(checked);
    });
  }

  #set(name: Name, value: number): void {
    this.#change((saved) => ({ ...saved, [name]: value, ...(name === "eventOn" && { eventOff: value * OFF_PART }) }));
  }

  #change(change: (saved: StreamOptions) => StreamOptions): void {
    if (!this.#info) return;
    const { name } = this.#info;
    this.#store.change(({ stream }) => ({ stream: { ...stream, [name]: change(ownValue(stream, name) ?? {}) } }));
    this.#show();
    this.#events.stream(this.#store.streamOf(name));
  }

  #show(): void {
    const info = this.#info;
    if (!info) return;
    const set = this.#store.streamOf(info.name);
    for (const [name, row] of this.#rows) row.show(set[name] ?? info[name], info[name]);
    // Not `disabled`: that would lose the focus.
    this.#reset.ariaDisabled = Object.keys(set).length === 0 ? "true" : null;
  }
}

class SliderRow {
  readonly element = make("div", "settings-row");
  readonly #input = document.createElement("input");
  readonly #value = make("output", "settings-value");
  readonly #own = make("span", "settings-own");
  readonly #range: Range;

  constructor(name: Name, changed: (value: number) => void) {
    this.#range = RANGES[name];
    const { title, help } = settingsTexts.sliders[name];
    const label = make("label", "settings-name", title);
    const explained = make("p", "settings-help", help);
    const id = `setting-${name}`;
    label.setAttribute("for", id);
    explained.id = `${id}-help`;
    const { min, max, step } = this.#range;
    Object.assign(this.#input, { type: "range", id, min: `${min}`, max: `${max}`, step: `${step}` });
    this.#input.dataset["testid"] = id;
    this.#input.setAttribute("aria-describedby", explained.id);
    this.#input.oninput = () => this.#words(Number(this.#input.value));
    this.#input.onchange = () => changed(Number(this.#input.value));
    explained.append(" ", this.#own);
    this.element.append(label, this.#value, this.#input, explained);
  }

  show(value: number, own: number): void {
    this.#input.value = String(value);
    this.#words(value);
    setText(this.#own, settingsTexts.own(this.#range.words(own)));
  }

  #words(value: number): void {
    const words = this.#range.words(value);
    setText(this.#value, words);
    this.#input.setAttribute("aria-valuetext", words);
  }
}
