// What is folded up below the list of sounds: the bars of all labels, and the settings.

import type { ModelInfo } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { Bars } from "./bars.js";
import { type SettingsEvents, SettingsPanel } from "./settings-panel.js";

export class Folds {
  readonly bars = new Bars();
  readonly #panel: SettingsPanel;

  constructor(settings: SettingsStore, events: SettingsEvents) {
    this.#panel = new SettingsPanel(settings, events);
  }

  describe(info: ModelInfo): void {
    this.bars.describe(info);
    this.#panel.describe(info);
  }
}
