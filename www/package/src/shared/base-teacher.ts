// Collects examples of sounds and has the worker train heads from them. The worker keeps nothing between calls, so that
// no example is lost if it crashes.

import type { BaseClassifier } from "./base-classifier.js";
import { orAborted } from "./engine.js";
import { abortedError, messageOf, SoundError } from "./errors.js";
import { isSamples, type Samples, toFloat32 } from "./input.js";
import { type AddOptions, checkNames, type CommonTeacherOptions, type Names, type Source, type TrainOptions } from "./options.js";
import type { Recording, SoundExample, Taught } from "./types.js";

const ADD_OPTIONS: Names<AddOptions> = ["recording", "signal"];
const TRAIN_OPTIONS: Names<TrainOptions> = ["name", "signal"];

/** The part of {@link Teacher} that a browser and Node share. `R` is what it accepts as a recording. */
export abstract class BaseTeacher<R> {
  readonly #classifier: BaseClassifier<R>;
  readonly #background: Source | undefined;
  #backgroundBytes: ArrayBuffer | undefined;
  #examples: SoundExample[] = [];

  /** @internal */
  protected constructor(classifier: BaseClassifier<R>, options: CommonTeacherOptions) {
    this.#classifier = classifier;
    this.#background = options.background;
  }

  /** The examples so far, in the order in which they were added. Each can be kept as it is, as JSON or in IndexedDB. */
  get examples(): readonly SoundExample[] {
    return this.#examples;
  }

  /**
   * Adds mono samples of a sound and returns their examples: pieces of at most 10 s, without the silent ones.
   * `sampleRate` is in Hz and has no default. A label that the model knows, in whatever case, gets the model's spelling, and the
   * examples add to it: its score is the higher of the two.
   * Throws `audio-silent` if nothing is louder than −65 dBFS, `config` for an empty label or a model without an embedding,
   * `limit` for more than an hour or a label above 256 bytes, and the codes of {@link Classifier.classify}.
   */
  add(label: string, pcm: Samples, sampleRate: number, options?: AddOptions): Promise<SoundExample[]>;
  /** Adds a recording of a sound, which is read in one piece. */
  add(label: string, recording: R, options?: AddOptions): Promise<SoundExample[]>;
  async add(label: string, input: Samples | R, second?: number | AddOptions, third?: AddOptions): Promise<SoundExample[]> {
    if (typeof label !== "string" || label.trim() === "") {
      throw new SoundError("config", `label: expected a name, got ${JSON.stringify(label)}`);
    }
    return this.#add("add", label.trim(), input, second, third);
  }

  /**
   * Adds mono samples of something else, in which none of the labels should be recognised. Optional: the model's background file
   * represents everyday sounds. Throws what {@link add} throws.
   */
  background(pcm: Samples, sampleRate: number, options?: AddOptions): Promise<SoundExample[]>;
  /** Adds a recording of something else. */
  background(recording: R, options?: AddOptions): Promise<SoundExample[]>;
  async background(input: Samples | R, second?: number | AddOptions, third?: AddOptions): Promise<SoundExample[]> {
    return this.#add("background", undefined, input, second, third);
  }

  /**
   * Adds examples that were kept, except those that are there already: the same sound with the same label.
   * Throws `config` for anything that is not an example, and then adds none.
   */
  restore(examples: readonly SoundExample[]): void {
    if (!Array.isArray(examples)) throw notExamples();
    for (const example of examples) checkExample(example);
    this.#addNew(examples);
  }

  /** Removes an example, or one of the same sound with the same label. Returns whether there was one. */
  remove(example: SoundExample): boolean {
    const same = this.#examples.indexOf(example);
    const at = same >= 0 ? same : this.#examples.findIndex((other) => keyOf(other) === keyOf(example));
    if (at < 0) return false;
    this.#examples = this.#examples.filter((_, index) => index !== at);
    return true;
  }

  /**
   * Adds the examples in a `NAME.sound.json`, except those that are there already. Returns how many were added. A recording that
   * has the name of another one here gets a new name, with digits of its hash, unless they share audio.
   * Throws `head-format` if it is not such a file or holds no examples, `head-mismatch` if it was made for another model,
   * `limit` for more than 10,000 examples or 64 MiB, `model-fetch` if it cannot be read, and `wasm-fetch` for the module that trains.
   */
  async merge(file: Source | Blob): Promise<number> {
    const bytes = await this.fetch(file instanceof Blob ? await bytesOf(file) : file, undefined);
    const module = await this.module(undefined);
    const given = await this.#classifier.engine.call("examplesIn", { module, file: bytes }, { transfer: [bytes] });
    return this.#addNew(apart(given, this.#examples));
  }

  /**
   * Trains a head from the examples. The same examples in the same order produce the same bytes.
   * Throws `config` if there is no example with a label, or if a label's examples cannot be distinguished from everyday sounds at
   * all; `wasm-fetch` for the module that trains, `model-fetch` for the background file, `head-mismatch` if that was made for another
   * model, `limit` for more than 10,000 examples, `worker-crashed` and `aborted`. The examples stay, so that it can be called again.
   */
  async train(options: TrainOptions = {}): Promise<Taught> {
    checkNames("train", options, TRAIN_OPTIONS);
    const { name = "taught", signal } = options;
    if (typeof name !== "string") throw new SoundError("config", "name: expected a string");
    if (signal?.aborted) throw abortedError(signal);
    const examples = this.#examples;
    const [module, background] = await Promise.all([this.module(signal), this.#fetchBackground(signal)]);
    return this.#classifier.engine.call("teach", { module, background, name, examples }, { signal });
  }

  /** @internal The address of the package's own background file. */
  protected abstract defaultBackground(): URL | Promise<URL>;

  /** @internal The module that trains. Throws `wasm-fetch` or `aborted`. */
  protected abstract module(signal: AbortSignal | undefined): Promise<WebAssembly.Module>;

  /** @internal The bytes of a JSON file. Throws `model-fetch` or `aborted`. */
  protected abstract fetch(source: Source, signal: AbortSignal | undefined): Promise<ArrayBuffer>;

  async #fetchBackground(signal: AbortSignal | undefined): Promise<ArrayBuffer> {
    this.#backgroundBytes ??= await this.fetch(this.#background ?? (await this.defaultBackground()), signal);
    return this.#backgroundBytes;
  }

  async #add(
    call: string,
    label: string | undefined,
    input: Samples | R,
    second: number | AddOptions | undefined,
    third: AddOptions | undefined,
  ): Promise<SoundExample[]> {
    const hasRate = typeof second === "number";
    const options = (hasRate ? third : second) ?? {};
    if (isSamples(input) !== hasRate || typeof options !== "object") {
      const what = "samples, as Float32Array or Int16Array, need their sample rate, and a recording has its own";
      throw new SoundError("audio-rate", `${call}: ${what}`);
    }
    checkNames(call, options, ADD_OPTIONS);
    const { signal, recording = nameOf(input) } = options;
    if (typeof (recording ?? "") !== "string") throw new SoundError("config", "recording: expected a string");
    if (signal?.aborted) throw abortedError(signal);
    const examples = await orAborted(this.#examplesOf(label, recording ?? "", input, second, signal), signal);
    // Two files of examples may be merged: a number would make different sounds one recording.
    const unnamed = `example ${digitsOf(examples[0]!)}`;
    const added = recording === undefined ? examples.map((example) => ({ ...example, recording: unnamed })) : examples;
    this.#examples = [...this.#examples, ...added];
    return added;
  }

  async #examplesOf(
    label: string | undefined,
    recording: string,
    input: Samples | R,
    rate: unknown,
    signal: AbortSignal | undefined,
  ): Promise<SoundExample[]> {
    const { engine } = this.#classifier;
    if (isSamples(input)) {
      return engine.call("examples", { label, recording, pcm: toFloat32(input), sampleRate: rate as number });
    }
    const { pcm, sampleRate } = (await this.#classifier.open(input, { whole: { signal } })) as Recording;
    return engine.call("examples", { label, recording, pcm, sampleRate });
  }

  #addNew(examples: readonly SoundExample[]): number {
    const known = new Set(this.#examples.map(keyOf));
    const added = examples.filter((example) => !known.has(keyOf(example)));
    this.#examples = [...this.#examples, ...added];
    return added.length;
  }
}

/** The name of a file, its path or address. */
function nameOf(input: unknown): string | undefined {
  if (typeof input === "string") return input;
  if (input instanceof URL) return input.href;
  return input instanceof Blob && "name" in input && typeof input.name === "string" ? input.name : undefined;
}

function digitsOf({ sha256 }: SoundExample): string {
  return sha256.slice(0, 8);
}

/**
 * Examples of a file, with other names for the recordings that have the name of a known one but share no audio with it: both may be
 * an `IMG_1.wav`. As in the crate.
 */
function apart(given: readonly SoundExample[], known: readonly SoundExample[]): SoundExample[] {
  const names = new Map(known.map((example) => [keyOf(example), example.recording]));
  const recordingOf = ({ label, recording }: SoundExample) => JSON.stringify([label, recording]);
  const taken = new Set(known.map(recordingOf));
  const renamed = new Map<string, string>();
  for (const example of given) {
    const key = recordingOf(example);
    const name = names.get(keyOf(example));
    if (name !== undefined) renamed.set(key, name);
    else if (taken.has(key) && !renamed.has(key)) renamed.set(key, `${example.recording} (${digitsOf(example)})`);
  }
  return given.map((example) => ({ ...example, recording: renamed.get(recordingOf(example)) ?? example.recording }));
}

async function bytesOf(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new SoundError("model-fetch", `the file cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Equal for two examples of the same sound with the same label. */
function keyOf({ sha256, label }: SoundExample): string {
  return `${sha256} ${label ?? ""}`;
}

function checkExample(example: unknown): asserts example is SoundExample {
  const { sha256, vector, recording, label = "" } = (example ?? {}) as Partial<SoundExample>;
  if (![sha256, vector, recording, label].every((part) => typeof part === "string")) {
    throw notExamples();
  }
}

function notExamples(): SoundError {
  return new SoundError("config", "restore: expected examples, as in Teacher.examples");
}
