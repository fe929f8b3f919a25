// The disclosures below the list of sounds: the bars of all labels, and the settings, with the alerts that these are for.
// With them comes everything else that the first answer does not need: hints on the level, the full screen, and the notice that
// the page was slowed down.

import type { ModelInfo } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { detailsTexts } from "../texts/details.js";
import { clock } from "../ui/format.js";
import { Absence } from "./absence.js";
import { Alerts } from "./alerts.js";
import { Bars } from "./bars.js";
import { prepareFullScreen } from "./full-screen.js";
import { LevelHint } from "./level-hint.js";
import { type SettingsEvents, SettingsPanel } from "./settings-panel.js";

export class Disclosures {
  readonly bars = new Bars();
  readonly hint = new LevelHint();
  readonly alerts: Alerts;
  readonly #panel: SettingsPanel;

  constructor(settings: SettingsStore, events: SettingsEvents) {
    this.alerts = new Alerts(() => settings.all.alerts);
    this.#panel = new SettingsPanel(settings, events);
    prepareFullScreen();
  }

  /** @see Absence */
  watchAbsence(processed: () => number | undefined, missed: (text: string) => void): void {
    new Absence(processed, (seconds) => missed(detailsTexts.missed(`${clock(seconds)}\u00a0${seconds < 3600 ? "min" : "h"}`)));
  }

  describe(info: ModelInfo): void {
    this.bars.describe(info);
    this.#panel.describe(info);
  }

  /** The settings have changed elsewhere. */
  refresh(): void {
    this.#panel.refresh();
  }
}
