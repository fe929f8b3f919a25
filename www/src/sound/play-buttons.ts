// Buttons that each play a sound. One plays at a time, and pressing its button again stops it.

import type { Recording } from "sourcing-sound";
import { setIcon } from "../ui/icons.js";
import { Player } from "./player.js";

interface Press {
  readonly button: HTMLElement;
}

/** The press that counts, of all such buttons: a sound that is still being read for an earlier one does not play. */
let newest: Press | undefined;

export class PlayButtons {
  readonly #player = new Player((at) => {
    if (at === undefined) this.#ended();
  });
  /** The press whose sound plays or is being read. */
  #press: Press | undefined;

  /**
   * Plays what `load` resolves to, if that is a sound, or stops if `button` is playing or about to. Rejects if it cannot be played,
   * unless another press has replaced this one.
   */
  async toggle(button: HTMLElement, load: () => Promise<Recording | undefined>): Promise<void> {
    const stops = this.#press?.button === button;
    this.stop();
    if (stops) return;
    const press = (newest = this.#press = { button });
    try {
      const recording = await load();
      if (press !== this.#press) return;
      if (press !== newest || !recording) return this.#ended();
      this.#player.load(recording);
      this.#player.play();
    } catch (thrown) {
      if (press !== this.#press) return;
      this.#ended();
      if (press === newest) throw thrown;
      return;
    }
    button.toggleAttribute("data-playing", true);
    setIcon(button, "stop");
  }

  stop(): void {
    this.#player.stop();
    this.#ended();
  }

  #ended(): void {
    const button = this.#press?.button;
    this.#press = undefined;
    if (!button?.hasAttribute("data-playing")) return;
    button.removeAttribute("data-playing");
    setIcon(button, "play");
  }
}
