// The labels and examples that the user has given. In memory, so that everything can be drawn at once, and in the
// database, if the browser provides one; in sync with the page's other windows.

import type { Recording } from "sourcing-sound";
import { isFull, TaughtDatabase } from "./database.js";
import type { Bundle, KeptExample, KeptLabel, KeptReport, KeptSound } from "./kept.js";

/** The result of adding examples: kept; kept without their sound; only in memory, for lack of room or of a database. */
export type Kept = "kept" | "soundless" | "full" | "unwritten";

export class TaughtStore {
  readonly #database: TaughtDatabase | undefined;
  readonly #others = new BroadcastChannel("sourcing-sound-taught");
  /** The sounds that are in no database. */
  readonly #sounds = new Map<string, KeptSound>();
  /** The examples, by id, and the labels that the database did not take: they are only in memory. */
  readonly #unwritten = { examples: new Set<string>(), labels: new Set<string>() };
  #labels: KeptLabel[] = [];
  #examples: KeptExample[] = [];
  /** How often labels were removed, and the count at which each label, or everything, was removed last. */
  #removals = 0;
  readonly #removedAt = new Map<string, number>();
  #allRemovedAt = 0;
  /** Changes are made one after the other. */
  #changing: Promise<unknown> = Promise.resolve();
  /** Called when anything has changed, here or in another window. */
  onchange = () => {};

  private constructor(database: TaughtDatabase | undefined) {
    this.#database = database;
    this.#others.onmessage = () => void this.#inTurn(() => this.#read()).then(() => this.onchange(), () => undefined);
  }

  static async open(): Promise<TaughtStore> {
    const database = await TaughtDatabase.open();
    const store = new TaughtStore(database);
    await store.#read();
    return store;
  }

  /** Whether it is still there when the page is opened again. */
  get lasting(): boolean {
    return this.#database !== undefined;
  }

  /** The labels in the order in which they were added. */
  get labels(): string[] {
    return this.#labels.map(({ label }) => label);
  }

  /** In the order in which they were added. */
  get examples(): readonly KeptExample[] {
    return this.#examples;
  }

  /** The examples of a label; without one, of something else. */
  of(label: string | undefined): KeptExample[] {
    return this.#examples.filter(({ example }) => example.label === label);
  }

  async addLabel(label: string): Promise<Kept> {
    if (this.labels.includes(label)) return "kept";
    return this.add({ labels: [{ label, at: Date.now() }], examples: [], sounds: [] });
  }

  /** Adds examples, or puts back what was removed. */
  add({ labels, examples, sounds }: Bundle): Promise<Kept> {
    return this.#inTurn(async () => {
      const missing = without(this.#labels, [...labels, ...labelsOf(examples)]);
      const bundle = { labels: missing, examples, sounds };
      const kept = await this.#put(bundle);
      this.#labels = [...this.#labels, ...missing].sort(byTime);
      // After a full disk, without their sounds.
      this.#examples = [...this.#examples, ...bundle.examples].sort(byTime);
      this.#changed();
      return kept;
    });
  }

  /** Replaces what the model computed for examples that are still there. */
  replace(examples: readonly KeptExample[]): Promise<void> {
    return this.#inTurn(async () => {
      const changed = new Map(examples.map((example) => [example.id, example]));
      // An example that is only in memory would be written without its sound.
      const written = this.#examples.flatMap(({ id }) => (this.#unwritten.examples.has(id) ? [] : (changed.get(id) ?? [])));
      this.#examples = this.#examples.map((example) => changed.get(example.id) ?? example);
      // They can be made again.
      await this.#database?.put({ labels: [], examples: written, sounds: [] }).catch(() => undefined);
    });
  }

  /** Removes examples, and those of `labels` that have no others; returns all with their sounds, to be put back. */
  remove(examples: readonly KeptExample[], labels: readonly string[] = []): Promise<Bundle> {
    return this.#inTurn(() => {
      const ids = new Set(examples.map(({ id }) => id));
      const isEmpty = (label: string) => this.of(label).every(({ id }) => ids.has(id));
      return this.#remove(examples, labels.filter(isEmpty));
    });
  }

  /** Removes a label with all its examples; returns them as {@link remove} does. */
  removeLabel(label: string): Promise<Bundle> {
    this.#removals += 1;
    this.#removedAt.set(label, this.#removals);
    return this.#inTurn(() => this.#remove(this.of(label), [label]));
  }

  removeAll(): Promise<void> {
    this.#removals += 1;
    this.#allRemovedAt = this.#removals;
    return this.#inTurn(async () => {
      await this.#database?.removeAll();
      this.#sounds.clear();
      for (const kind of Object.values(this.#unwritten)) kind.clear();
      this.#labels = [];
      this.#examples = [];
      this.#changed();
    });
  }

  /** Returns a function that tells whether a label, or everything, was removed after this call. */
  watchRemovals(): (label: string | undefined) => boolean {
    const now = this.#removals;
    return (label) => Math.max(this.#allRemovedAt, this.#removedAt.get(label ?? "") ?? 0) > now;
  }

  async sound(id: string): Promise<Recording | undefined> {
    const sound = await this.#sound(id);
    return sound && toRecording(sound);
  }

  /** As it is kept. */
  async rawSound(id: string): Promise<KeptSound | undefined> {
    return this.#sound(id);
  }

  async report(): Promise<KeptReport | undefined> {
    return this.#database?.report().catch(() => undefined);
  }

  /** `undefined` deletes it. */
  async putReport(report: KeptReport | undefined): Promise<void> {
    // It can be made again.
    await this.#database?.putReport(report).catch(() => undefined);
  }

  async #remove(examples: readonly KeptExample[], labels: readonly string[]): Promise<Bundle> {
    const ids = examples.map(({ id }) => id);
    const sounds = (await Promise.all(ids.map((id) => this.#sound(id)))).filter((sound) => sound !== undefined);
    const removed = { labels: this.#labels.filter(({ label }) => labels.includes(label)), examples: [...examples], sounds };
    try {
      await this.#database?.remove(labels, ids);
    } catch (thrown) {
      // What is only in memory can be removed without the database.
      const { examples: examplesHere, labels: labelsHere } = this.#unwritten;
      if (!ids.every((id) => examplesHere.has(id)) || !labels.every((label) => labelsHere.has(label))) throw thrown;
    }
    for (const id of ids) this.#sounds.delete(id);
    for (const id of ids) this.#unwritten.examples.delete(id);
    for (const label of labels) this.#unwritten.labels.delete(label);
    this.#labels = this.#labels.filter(({ label }) => !labels.includes(label));
    this.#examples = this.#examples.filter(({ id }) => !ids.includes(id));
    this.#changed();
    return removed;
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  /**
   * Without the sounds if there is no room for them, which `bundle` then records; in memory if nothing can be written.
   */
  async #put(bundle: Bundle): Promise<Kept> {
    try {
      if (!this.#database) throw new DOMException("there is no database", "InvalidStateError");
      await this.#database.put(bundle);
      return "kept";
    } catch (thrown) {
      if (isFull(thrown) && bundle.sounds.length > 0) {
        bundle.examples = bundle.examples.map((example) => ({ ...example, hasSound: false }));
        bundle.sounds = [];
        const kept = await this.#put(bundle);
        return kept === "kept" ? "soundless" : kept;
      }
      for (const sound of bundle.sounds) this.#sounds.set(sound.id, sound);
      for (const { id } of bundle.examples) this.#unwritten.examples.add(id);
      for (const { label } of bundle.labels) this.#unwritten.labels.add(label);
      // Without a database, the view has reported it.
      if (!this.#database) return "kept";
      return isFull(thrown) ? "full" : "unwritten";
    }
  }

  async #sound(id: string): Promise<KeptSound | undefined> {
    return this.#sounds.get(id) ?? (await this.#database?.sound(id).catch(() => undefined));
  }

  async #read(): Promise<void> {
    if (!this.#database) return;
    const written = await this.#database.all();
    const ids = new Set(written.examples.map(({ id }) => id));
    const unwritten = this.#examples.filter(({ id }) => this.#unwritten.examples.has(id) && !ids.has(id));
    const labels = [...written.labels, ...this.#labels.filter(({ label }) => this.#unwritten.labels.has(label))];
    this.#examples = [...written.examples, ...unwritten].sort(byTime);
    this.#labels = without([], [...labels, ...labelsOf(this.#examples)]).sort(byTime);
  }

  #changed(): void {
    this.onchange();
    this.#others.postMessage("changed");
  }
}

function byTime(a: { at: number }, b: { at: number }): number {
  return a.at - b.at;
}

function labelsOf(examples: readonly KeptExample[]): KeptLabel[] {
  return examples.flatMap(({ at, example: { label } }) => (label === undefined ? [] : [{ label, at }]));
}

/** Those of `given` that are not among `present`, each once. */
function without(present: readonly KeptLabel[], given: readonly KeptLabel[]): KeptLabel[] {
  const taken = new Set(present.map(({ label }) => label));
  return given.filter(({ label }) => !taken.has(label) && taken.add(label));
}

export function toRecording({ sampleRate, samples }: Omit<KeptSound, "id">): Recording {
  return { pcm: Float32Array.from(new Int16Array(samples), (s) => s / 32767), sampleRate };
}

export function keptSound(id: string, { pcm, sampleRate }: Recording): KeptSound {
  const samples = Int16Array.from(pcm, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767)).buffer;
  return { id, sampleRate, samples };
}
