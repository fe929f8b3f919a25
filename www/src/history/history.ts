// The history: what was detected, kept in this browser and shown day by day.
//
// In: every update while the page listens, and the last seconds of sound if the user keeps them. Out: the view "History",
// and the files that the user saves from it.

import type { Recording } from "sourcing-sound";
import { loadStyle } from "../late/style.js";
import type { SettingsStore } from "../settings.js";
import timeline from "../styles/timeline.css?url";
import { historyTexts } from "../texts/history.js";
import { openHistory } from "./database.js";
import { HistoryRecorder } from "./recorder.js";
import type { HistoryStore } from "./store.js";
import { HistoryView } from "./view.js";

await loadStyle(timeline);

export interface HistoryParts {
  settings: SettingsStore;
  /** Whether the user has switched this label off. */
  muted(label: string): boolean;
  /** The last seconds of sound, if a microphone is open. */
  recent(seconds: number): Promise<Recording | undefined>;
  /** Something could not be saved; `text` tells the user. */
  troubled(text: string): void;
  /** The user wants to correct an event; `recording` is its sound, if that was kept. */
  correct(event: { label: string; time: string; at: number; recording: Promise<Recording | undefined> }): void;
}

/** An event whose sound was kept. */
export interface KeptSound {
  label: string;
  /** Milliseconds since 1970. */
  onset: number;
  recording(): Promise<Recording | undefined>;
}

/** More sounds than this are not offered at a time. */
const MOST_OFFERED = 100;

export class History {
  /** Takes every update while the page listens. */
  readonly recorder: HistoryRecorder;
  readonly #view: Promise<HistoryView>;
  readonly #store: Promise<HistoryStore>;

  constructor({ settings, muted, recent, troubled, correct }: HistoryParts) {
    // Not awaited: nothing else on the page needs it, and opening a database may take a while.
    const store = openHistory();
    this.#store = store;
    this.#view = store.then((opened) => new HistoryView(opened, settings, { muted, correct }));
    const warn = (text: string) => {
      troubled(text);
      void this.#view.then((view) => view.warn(text));
    };
    void store.then((opened) => (opened.onlost = () => warn(historyTexts.cleared)));
    this.recorder = new HistoryRecorder({
      store,
      recent,
      keepAudio: () => settings.all.keepAudio,
      maxClips: () => settings.all.maxClips,
      troubled: (what) => warn(historyTexts.troubles[what]),
    });
    // Open events end when the user leaves the page.
    addEventListener("pagehide", () => this.recorder.end());
  }

  /** The view is shown. Resolves once it holds the day's events. */
  async show(): Promise<void> {
    await (await this.#view).show();
  }

  /** Something was muted or unmuted, or the settings have changed elsewhere. */
  refresh(): void {
    void this.#view.then((view) => view.show());
  }

  /** The latest events whose sound was kept, newest first. */
  async sounds(): Promise<KeptSound[]> {
    const store = await this.#store;
    const kept = (await store.between(0, Infinity)).filter(({ hasClip }) => hasClip);
    const latest = kept.slice(-MOST_OFFERED).reverse();
    return latest.map(({ id, label, onset }) => ({ label, onset, recording: () => store.clip(id) }));
  }
}
