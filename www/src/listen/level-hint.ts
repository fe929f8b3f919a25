// What the input level says about the microphone: too loud, too quiet, or dead.

import type { Level } from "sourcing-sound";
import { listenTexts } from "../texts/index.js";
import { byId, setText } from "../ui/dom.js";
import { QUIET_DBFS } from "./quiet.js";

/** A peak from here on is cut off: one step of 16 bits below full scale, and a little. */
const CLIPPED_DB = -0.1;
/** Below this it is no room, however quiet. */
const DEAD_DB = -110;

const CLIPPED_MS = 3000;
/** After so long without anything loud enough to name, a hint says what to do. */
const QUIET_MS = 8000;
const DEAD_MS = 3000;

export type LevelState = "" | "clipped" | "quiet" | "dead";

export class LevelHint {
  readonly #element = byId("level-hint", HTMLElement);
  #clippedAt = -Infinity;
  #audibleAt = 0;
  #aliveAt = 0;
  #listens = false;

  /** Listening begins, or goes on. */
  begin(): void {
    const now = performance.now();
    this.#listens = true;
    this.#clippedAt = -Infinity;
    this.#audibleAt = now;
    this.#aliveAt = now;
    this.#say("");
  }

  show({ rms, peak }: Level): void {
    if (!this.#listens) return;
    const now = performance.now();
    if (peak >= CLIPPED_DB) this.#clippedAt = now;
    if (rms >= QUIET_DBFS) this.#audibleAt = now;
    if (rms > DEAD_DB) this.#aliveAt = now;
    if (now - this.#clippedAt < CLIPPED_MS) this.#say("clipped");
    else if (now - this.#aliveAt > DEAD_MS) this.#say("dead");
    else if (now - this.#audibleAt > QUIET_MS) this.#say("quiet");
    else this.#say("");
  }

  /** No hint until it starts again. */
  end(): void {
    this.#listens = false;
    this.#say("");
  }

  #say(state: LevelState): void {
    if (this.#element.dataset["state"] === state) return;
    this.#element.dataset["state"] = state;
    setText(this.#element, state === "" ? "" : listenTexts.levelHints[state]);
  }
}
