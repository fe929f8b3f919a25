// A hint from the input level: too loud, too quiet, or no sound at all.

import type { Level } from "sourcing-sound";
import { detailsTexts } from "../texts/details.js";
import { byId, setText } from "../ui/dom.js";
import { QUIET_DBFS } from "./quiet.js";

/** A peak at or above this is clipped: one 16-bit step below full scale, with some margin. */
const CLIPPED_DB = -0.1;
/** No room is this quiet: the input is dead. */
const DEAD_DB = -110;

const CLIPPED_MS = 3000;
/** How long the input must be too quiet before the hint. */
const QUIET_MS = 8000;
const DEAD_MS = 3000;

export type LevelState = "" | "clipped" | "quiet" | "dead";

export class LevelHint {
  readonly #element = byId("level-hint", HTMLElement);
  #clippedAt = -Infinity;
  #audibleAt = performance.now();
  #aliveAt = performance.now();

  /** Listening starts or resumes; the first time, this is not needed. */
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
    if (rms >= QUIET_DBFS) this.#audibleAt = now;
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
    setText(this.#element, state === "" ? "" : detailsTexts.levelHints[state]);
  }
}
