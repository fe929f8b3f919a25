// The history: what was detected, kept in this browser and shown day by day.
//
// In: every update while the page listens, and the last seconds of sound if the user keeps them. Out: the view "History",
// and the files that the user saves from it.

import type { Recording } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { historyTexts } from "../texts/history.js";
import { openHistory } from "./database.js";
import { HistoryRecorder } from "./recorder.js";
import { HistoryView } from "./view.js";

export interface HistoryParts {
  settings: SettingsStore;
  /** The last seconds of sound, if a microphone is open. */
  recent(seconds: number): Promise<Recording | undefined>;
  /** Something could not be saved; `text` tells the user. */
  troubled(text: string): void;
}

export class History {
  /** Takes every update while the page listens. */
  readonly recorder: HistoryRecorder;
  readonly #view: Promise<HistoryView>;

  constructor({ settings, recent, troubled }: HistoryParts) {
    // Not awaited: nothing else on the page needs it, and opening a database may take a while.
    const store = openHistory();
    this.#view = store.then((opened) => new HistoryView(opened, settings));
    this.recorder = new HistoryRecorder({
      store,
      recent,
      keepAudio: () => settings.all.keepAudio,
      maxClips: () => settings.all.maxClips,
      troubled: (what) => {
        troubled(historyTexts.troubles[what]);
        void this.#view.then((view) => view.warn(historyTexts.troubles[what]));
      },
    });
    // Open events end when the user leaves the page.
    addEventListener("pagehide", () => this.recorder.end());
  }

  /** The view is shown. Resolves once it holds the day's events. */
  async show(): Promise<void> {
    await (await this.#view).show();
  }
}
