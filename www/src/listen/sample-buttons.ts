// A button for each sample, pressed while the sample plays.

import { texts } from "../texts/index.js";
import { byId, make, setText } from "../ui/dom.js";
import { setIcon } from "../ui/icons.js";
import { type Sample, SAMPLES } from "./samples.js";

export interface SampleEvents {
  play(sample: Sample): void;
  stop(): void;
}

export class SampleButtons {
  readonly #buttons = new Map<Sample, { element: HTMLButtonElement; icon: HTMLElement }>();
  #playing: Sample | undefined;

  constructor(events: SampleEvents) {
    setText(byId("samples-title", HTMLElement), texts.samplesTitle);
    setText(byId("drop-hint", HTMLElement), texts.dropHint);
    for (const sample of SAMPLES) {
      const element = make("button", "button small sample");
      const icon = make("span", "icon");
      icon.ariaHidden = "true";
      element.type = "button";
      element.dataset["testid"] = "sample";
      element.dataset["sample"] = sample.id;
      element.append(icon, texts.samples[sample.id]);
      element.onclick = () => (sample === this.#playing ? events.stop() : events.play(sample));
      this.#buttons.set(sample, { element, icon });
    }
    byId("samples-list", HTMLElement).replaceChildren(...[...this.#buttons.values()].map(({ element }) => element));
    this.show(undefined);
  }

  /** Shows which of them is playing, if any. */
  show(playing: Sample | undefined): void {
    this.#playing = playing;
    for (const [sample, { element, icon }] of this.#buttons) {
      element.ariaPressed = String(sample === playing);
      setIcon(icon, sample === playing ? "stop" : sample.icon);
    }
  }
}
