// Buttons that each play a sound. One plays at a time, and pressing its button again stops it.

import type { Recording } from "sourcing-sound";
import { setIcon } from "../ui/icons.js";
import { Player } from "./player.js";

export class PlayButtons {
  readonly #player = new Player((at) => {
    if (at === undefined) this.#ended();
  });
  /** The button whose sound is playing. */
  #button: HTMLElement | undefined;

  /** Plays what `load` resolves to, if that is a sound, or stops if `button` is playing. Rejects if it cannot be played. */
  async toggle(button: HTMLElement, load: () => Promise<Recording | undefined>): Promise<void> {
    const stops = button === this.#button;
    this.stop();
    if (stops) return;
    const recording = await load();
    if (!recording) return;
    this.#player.load(recording);
    this.#player.play();
    this.#button = button;
    button.toggleAttribute("data-playing", true);
    setIcon(button, "stop");
  }

  stop(): void {
    this.#player.stop();
  }

  #ended(): void {
    this.#button?.removeAttribute("data-playing");
    if (this.#button) setIcon(this.#button, "play");
    this.#button = undefined;
  }
}
