// What the input level says about the microphone: too loud, too quiet, or dead.

import type { Level } from "sourcing-sound";
import { byId, setText } from "../dom.js";
import { listenTexts } from "../texts/index.js";

/** A peak from here on is cut off: one step of 16 bits below full scale, and a little. */
const CLIPPED_DB = -0.1;
/** Nothing louder than this for {@link QUIET_MS} is too quiet to tell sounds apart. */
const QUIET_DB = -60;
/** Below this it is no room, however quiet. */
const DEAD_DB = -110;

const CLIPPED_MS = 3000;
const QUIET_MS = 8000;
const DEAD_MS = 3000;

export type LevelState = "" | "clipped" | "quiet" | "dead";

export class LevelHint {
  readonly #element = byId("level-hint", HTMLElement);
  #clippedAt = -Infinity;
  #audibleAt = 0;
  #aliveAt = 0;

  /** Listening begins, or goes on. */
  begin(): void {
    const now = performance.now();
    this.#clippedAt = -Infinity;
    this.#audibleAt = now;
    this.#aliveAt = now;
    this.#say("");
  }

  show({ rms, peak }: Level): void {
    const now = performance.now();
    if (peak >= CLIPPED_DB) this.#clippedAt = now;
    if (rms > QUIET_DB) this.#audibleAt = now;
    if (rms > DEAD_DB) this.#aliveAt = now;
    if (now - this.#clippedAt < CLIPPED_MS) this.#say("clipped");
    else if (now - this.#aliveAt > DEAD_MS) this.#say("dead");
    else if (now - this.#audibleAt > QUIET_MS) this.#say("quiet");
    else this.#say("");
  }

  clear(): void {
    this.#say("");
  }

  #say(state: LevelState): void {
    if (this.#element.dataset["state"] === state) return;
    this.#element.dataset["state"] = state;
    setText(this.#element, state === "" ? "" : listenTexts.levelHints[state]);
  }
}
