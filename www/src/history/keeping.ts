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
  readonly #help = make("p", "settings-help");
  readonly #used = make("p", "settings-help");

  constructor(store: HistoryStore, settings: SettingsStore) {
    this.#settings = settings;
    const keep = checkbox(historyTexts.keep, settings.all.keepAudio, "keep-audio", ({ checked }) => {
      settings.change({ keepAudio: checked });
      // Ask the browser not to delete it when space runs short.
      if (checked) void navigator.storage?.persist?.();
      this.showUsed();
    });
    const box = keep.querySelector("input")!;
    box.disabled = !store.lasting;
    this.#help.id = "keep-audio-help";
    box.setAttribute("aria-describedby", this.#help.id);
    const most = make("select", "button small");
    most.dataset["testid"] = "max-clips";
    for (const count of [...new Set([...CHOICES, settings.all.maxClips])].sort((a, b) => a - b)) {
      most.append(option(String(count), String(count)));
    }
    most.value = String(settings.all.maxClips);
    most.onchange = () => {
      settings.change({ maxClips: Number(most.value) });
      this.#showHelp();
      void store.limitClips(settings.all.maxClips);
    };
    const label = make("label", "models-quiet history-choice", historyTexts.keepMost);
    label.append(most);
    this.element.append(keep, this.#help, label, this.#used);
    this.#showHelp();
    this.showUsed();
  }

  #showHelp(): void {
    const { maxClips } = this.#settings.all;
    setText(this.#help, historyTexts.keepHelp(maxClips, megabytes(maxClips * CLIP_BYTES)));
  }

  showUsed(): void {
    void this.#showUsed();
  }

  async #showUsed(): Promise<void> {
    const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
    setText(this.#used, estimate?.usage === undefined ? "" : historyTexts.used(megabytes(estimate.usage)));
  }
}
