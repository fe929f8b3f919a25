// Leaves out what the user has switched off: single labels, and whole groups of them.

import type { Category, ModelInfo, SoundEvent } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { groupNames, taughtLabels } from "./groups.js";

/** What an answer is made from. */
interface Answered {
  categories: readonly Category[];
  rejected: boolean;
  events?: readonly SoundEvent[];
}

export class Muted {
  readonly #settings: SettingsStore;
  /** Label → name of its group, of every model that was in use: the history has events of each. */
  readonly #groups = new Map<string, string>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  /** A sound that the user has taught can only be muted separately. */
  describe(info: ModelInfo): void {
    for (const [label, group] of groupNames(info)) this.#groups.set(label, group);
    for (const label of taughtLabels(info)) this.#groups.delete(label);
  }

  has(label: string): boolean {
    const { muted, mutedGroups } = this.#settings.all;
    return muted.includes(label) || mutedGroups.includes(this.#groups.get(label) ?? "");
  }

  /**
   * The same without what is muted. A muted answer is replaced by the next one, if that reaches `threshold`, by default that of
   * its label.
   */
  without<T extends Answered>(answer: T, { rejectionThresholds }: ModelInfo, threshold?: number): T {
    const wanted = ({ label }: { label: string }) => !this.has(label);
    const categories = answer.categories.filter(wanted);
    const [best] = categories;
    const isNext = best !== answer.categories[0];
    const rejected = answer.rejected || !best || (isNext && best.score < (threshold ?? rejectionThresholds[best.index]!));
    return { ...answer, categories, rejected, ...(answer.events && { events: answer.events.filter(wanted) }) };
  }
}
