// The input level: a bar for the mean and a mark for the peak, both of which fall slowly.

import type { Level } from "sourcing-sound";
import { texts } from "../texts/index.js";
import { byId, setText, within } from "../ui/dom.js";

/** dBFS at the left end. */
const FLOOR_DB = -72;
/** How fast bar and mark fall. */
const FALL_DB_PER_SECOND = 20;
/** Shortest time between changes of the number, so that it can be read. */
const FIGURE_MS = 250;

export class Meter {
  readonly #element = byId("meter", HTMLElement);
  readonly #value = within(this.#element, ".meter-value");
  readonly #fill = within(this.#element, ".meter-fill");
  readonly #peak = within(this.#element, ".meter-peak");
  #level = FLOOR_DB;
  #held = FLOOR_DB;
  #heldAt = 0;
  #figureAt = 0;

  constructor() {
    byId("meter-name", HTMLElement).textContent = texts.level;
    this.clear();
  }

  show({ rms, peak }: Level): void {
    const now = performance.now();
    const fallen = ((now - this.#heldAt) / 1000) * FALL_DB_PER_SECOND;
    this.#level = Math.max(rms, this.#level - fallen, FLOOR_DB);
    this.#held = Math.max(peak, this.#held - fallen, FLOOR_DB);
    this.#heldAt = now;
    this.#fill.style.setProperty("--part", String(part(this.#level)));
    this.#peak.style.setProperty("--part", String(part(this.#held)));
    if (now - this.#figureAt < FIGURE_MS) return;
    this.#figureAt = now;
    const level = this.#level;
    setText(this.#value, level > FLOOR_DB ? texts.decibels(level.toFixed(0).replace("-", "−")) : texts.silence);
  }

  clear(): void {
    this.#level = this.#held = FLOOR_DB;
    this.#fill.style.setProperty("--part", "0");
    this.#peak.style.setProperty("--part", "0");
    setText(this.#value, "");
  }
}

function part(decibels: number): number {
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
