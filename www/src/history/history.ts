// The history: what was detected, kept in this browser and shown day by day.
//
// In: the updates of listening, and the last seconds of sound where the user keeps them. Out: the view of the history, and
// files that the user saves from it.

import type { Recording } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { historyTexts } from "../texts/index.js";
import { openHistory } from "./database.js";
import { HistoryRecorder } from "./recorder.js";
import { HistoryView } from "./view.js";

export interface HistoryParts {
  settings: SettingsStore;
  /** The last seconds of sound, if a microphone is open. */
  recent(seconds: number): Promise<Recording | undefined>;
  /** Something could not be kept: a sentence for the user. */
  troubled(text: string): void;
}

export class History {
  /** Gets the updates of listening. */
  readonly recorder: HistoryRecorder;
  readonly #view: Promise<HistoryView>;

  constructor({ settings, recent, troubled }: HistoryParts) {
    // Not waited for: nothing else of the page needs it, and a database may take its time.
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
    // Events that are open when the page is left end then.
    addEventListener("pagehide", () => this.recorder.end());
  }

  /** The view comes into sight. */
  show(): void {
    void this.#view.then((view) => view.show());
  }
}
