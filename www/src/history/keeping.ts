// The settings for whether sound is kept with the events, and how much of it.

import type { SettingsStore } from "../settings.js";
import { historyTexts } from "../texts/history.js";
import { checkbox, make, option, setText } from "../ui/dom.js";
import { megabytes } from "../ui/format.js";
import { CLIP_SECONDS } from "./recorder.js";
import type { HistoryStore } from "./store.js";

const CHOICES = [50, 200, 1000];
/** On most devices: 16 bits per sample at 48 kHz. */
const CLIP_BYTES = CLIP_SECONDS * 48_000 * 2;

export class HistoryKeeping {
  readonly element = make("section", "history-keeping");
  readonly #settings: SettingsStore;
  readonly #box: HTMLInputElement;
  readonly #most = make("select", "button small");
  readonly #help = make("p", "settings-help");
  readonly #used = make("p", "settings-help");

  constructor(store: HistoryStore, settings: SettingsStore) {
    this.#settings = settings;
    const keep = checkbox(historyTexts.keep, settings.all.keepAudio, "keep-audio", ({ checked }) => {
      settings.change({ keepAudio: checked });
      // Ask the browser not to delete it when space runs short.
      if (checked) void navigator.storage?.persist?.();
      void this.#showUsed();
    });
    this.#box = keep.querySelector("input")!;
    this.#box.disabled = !store.lasting;
    this.#help.id = "keep-audio-help";
    this.#box.setAttribute("aria-describedby", this.#help.id);
    const most = this.#most;
    most.dataset["testid"] = "max-clips";
    for (const count of [...new Set([...CHOICES, settings.all.maxClips])].sort((a, b) => a - b)) {
      most.append(option(String(count), String(count)));
    }
    most.onchange = () => {
      settings.change({ maxClips: Number(most.value) });
      this.show();
      void store.limitClips(settings.all.maxClips);
    };
    const label = make("label", "models-quiet history-choice", historyTexts.keepMost);
    label.append(most);
    this.element.append(keep, this.#help, label, this.#used);
    this.show();
  }

  /** Shows the settings, which may have changed elsewhere, and the space in use. */
  show(): void {
    const { keepAudio, maxClips } = this.#settings.all;
    this.#box.checked = keepAudio;
    this.#most.value = String(maxClips);
    setText(this.#help, historyTexts.keepHelp(maxClips, megabytes(maxClips * CLIP_BYTES)));
    void this.#showUsed();
  }

  async #showUsed(): Promise<void> {
    const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
    setText(this.#used, estimate?.usage === undefined ? "" : historyTexts.used(megabytes(estimate.usage)));
  }
}
