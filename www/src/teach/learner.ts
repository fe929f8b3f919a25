// Learns from the examples whenever they have changed, and puts what was learned in use. It has its own classifier, so that it
// works alongside any model in use, and listening does not wait for it.

import { Classifier, type Recording, SoundError, type SoundExample, Teacher, type TeachReport } from "sourcing-sound";
import { type Bundle, fingerprintOf, type KeptExample, type KeptReport } from "./kept.js";
import { forgetHead, keepHead, keptFingerprint } from "./kept-head.js";
import { pictureOf } from "./picture.js";
import { type FileSound, otherBase, type Renewable, soundsIn, withSounds } from "./sound-file.js";
import { keptSound, type TaughtStore, toRecording } from "./store.js";

/** The head has its model's name: for the rest of the page it is the same model, with more labels. */
const HEAD_NAME = "everyday";

/** `incomplete`: there are examples, but of no label. */
export type LearnState = "rest" | "incomplete" | "learning" | "learned" | "error";

/** Where a recording is from. */
export interface Origin {
  /** Of all recordings of its label. */
  name: string;
  /** When it was made, in milliseconds since 1970, if that is known. */
  made?: number | undefined;
}

export interface LearnerEvents {
  /** Puts what was learned in use; `undefined` for nothing. */
  apply(head: Uint8Array<ArrayBuffer> | undefined): Promise<void>;
  /** The state has changed. */
  changed(): void;
}

export class Learner {
  readonly #store: TaughtStore;
  readonly #events: LearnerEvents;
  #classifier: Promise<Classifier> | undefined;
  #state: LearnState = "rest";
  #wanted = false;
  #running: Promise<void> | undefined;
  /** Why it could not learn. */
  thrown: unknown;
  /** Of the labels learned last. */
  report: TeachReport | undefined;
  /** How many examples are of another model, and have no sound from which they could be made again. */
  outdated = 0;

  /** `kept`: what was reported when the page last learned. */
  constructor(store: TaughtStore, events: LearnerEvents, kept: KeptReport | undefined) {
    this.#store = store;
    this.#events = events;
    const known = keptFingerprint();
    if (kept === undefined || known !== kept.fingerprint || known !== fingerprintOf(store.examples)) return;
    this.report = kept.report;
    this.#state = "learned";
  }

  get state(): LearnState {
    return this.#state;
  }

  /** At the start: learns only what was not learned before the page was closed. `inUse`: the model in use has taught labels. */
  async begin(inUse: boolean): Promise<void> {
    if (this.#store.examples.length === 0 && keptFingerprint() === undefined) return;
    if (!inUse || this.#state !== "learned") await this.learn();
  }

  /** Learns from all examples, once more if it is learning already. Resolves when there is nothing left to learn. */
  learn(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Makes examples of a recording, in pieces of at most ten seconds; `label` is `undefined` for something else. */
  async examplesOf(label: string | undefined, recording: Recording, { name, made }: Origin): Promise<Bundle> {
    const classifier = await this.classifier();
    const teacher = new Teacher(classifier, {});
    const { pcm, sampleRate } = recording;
    const pieces = await this.#add(teacher, label, recording, name);
    const bundle: Bundle = { labels: [], examples: [], sounds: [] };
    const now = Date.now();
    for (const [i, example] of pieces.entries()) {
      const from = Math.round(example.start * sampleRate);
      const piece = pcm.slice(from, from + Math.round(example.seconds * sampleRate));
      // A fraction keeps the pieces in order.
      await this.#keep(bundle, now + i / 1000, example, { pcm: piece, sampleRate });
    }
    bundle.examples = bundle.examples.map((example) => ({ ...example, made }));
    return bundle;
  }

  /** The examples in a file of taught sounds that are not there yet. Throws {@link OtherBase} if it is for another model. */
  async examplesIn(file: Blob): Promise<Bundle> {
    const classifier = await this.classifier();
    const teacher = new Teacher(classifier, {});
    // Together with the existing ones, so that recordings of the same name stay apart.
    teacher.restore(usableOf(this.#store.examples, classifier).map(({ example }) => example));
    const known = teacher.examples.length;
    const text = await file.text();
    await teacher.merge(file).catch((thrown: unknown) => {
      if (!(thrown instanceof SoundError)) throw thrown;
      if (thrown.code === "head-mismatch") throw otherBase(text, thrown);
      // The package reports a web page instead of a file as a failed download.
      throw thrown.code === "model-fetch" ? new SoundError("head-format", thrown.message, { cause: thrown }) : thrown;
    });
    const sounds = soundsIn(text);
    const bundle: Bundle = { labels: [], examples: [], sounds: [] };
    const now = Date.now();
    const added = teacher.examples.slice(known).filter((example) => this.#isNew(example));
    for (const [i, example] of added.entries()) {
      const sound = sounds.get(example.sha256);
      await this.#keep(bundle, now + i / 1000, example, sound && toRecording(sound));
    }
    return bundle;
  }

  /** The examples of a file for another model, made again from their sound, except those that exist already. */
  async examplesAgain(renewable: readonly Renewable[]): Promise<Bundle> {
    const classifier = await this.classifier();
    const bundle: Bundle = { labels: [], examples: [], sounds: [] };
    const now = Date.now();
    for (const [i, { example, sound }] of renewable.filter(({ example }) => this.#isNew(example)).entries()) {
      const recording = toRecording(sound);
      const again = await this.#again(classifier, example, recording);
      if (again) await this.#keep(bundle, now + i / 1000, again, recording);
    }
    return bundle;
  }

  /** The bytes of a file called `name`.sound.json, on request with the sound of the examples. */
  async file(name: string, hasSound: boolean): Promise<Uint8Array<ArrayBuffer>> {
    const classifier = await this.classifier();
    const teacher = new Teacher(classifier, {});
    const usable = usableOf(this.#store.examples, classifier);
    teacher.restore(usable.map(({ example }) => example));
    const bytes = new Uint8Array((await teacher.train({ name })).head);
    if (!hasSound) return bytes;
    const sounds = new Map<string, FileSound>();
    for (const { id, example } of usable) {
      const sound = await this.#store.rawSound(id);
      if (sound) sounds.set(example.sha256, sound);
    }
    return new TextEncoder().encode(await withSounds(new TextDecoder().decode(bytes), sounds));
  }

  /** The everyday model alone. */
  classifier(): Promise<Classifier> {
    this.#classifier ??= Classifier.load().catch((thrown: unknown) => {
      this.#classifier = undefined;
      throw thrown;
    });
    return this.#classifier;
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      this.#set("learning");
      try {
        const state = await this.#once();
        if (!this.#wanted) this.#set(state);
      } catch (thrown) {
        this.thrown = thrown;
        if (!this.#wanted) this.#set("error");
      }
    }
    this.#running = undefined;
  }

  async #once(): Promise<LearnState> {
    if (this.#store.examples.length === 0) {
      this.outdated = 0;
      return this.#unlearn("rest");
    }
    const classifier = await this.classifier();
    await this.#renew(classifier);
    // More may be given, or some removed, while this trains.
    const examples = [...this.#store.examples];
    const usable = usableOf(examples, classifier);
    this.outdated = examples.length - usable.length;
    if (!usable.some(({ example }) => example.label !== undefined)) return this.#unlearn("incomplete");
    const teacher = new Teacher(classifier, {});
    teacher.restore(usable.map(({ example }) => example));
    const { head, report } = await teacher.train({ name: HEAD_NAME });
    const bytes = new Uint8Array(head);
    const fingerprint = fingerprintOf(examples);
    this.report = report;
    await Promise.all([keepHead(bytes, fingerprint), this.#store.putReport({ fingerprint, report })]);
    // If more was given meanwhile, only that is put in use.
    if (!this.#wanted) await this.#events.apply(bytes);
    return "learned";
  }

  async #unlearn(state: LearnState): Promise<LearnState> {
    this.report = undefined;
    await Promise.all([forgetHead(), this.#store.putReport(undefined)]);
    await this.#events.apply(undefined);
    return state;
  }

  /** Makes the examples of an earlier model again, from their sound. */
  async #renew(classifier: Classifier): Promise<void> {
    const model = classifier.info.sha256;
    const renewed: KeptExample[] = [];
    for (const kept of this.#store.examples) {
      const sound = kept.model !== model && kept.hasSound ? await this.#store.sound(kept.id) : undefined;
      if (!sound) continue;
      const example = await this.#again(classifier, kept.example, sound);
      if (example) renewed.push({ ...kept, model, example });
    }
    if (renewed.length > 0) await this.#store.replace(renewed);
  }

  /** The example that this model makes from the sound; `undefined` if it cannot make one. */
  async #again(classifier: Classifier, example: Renewable["example"], sound: Recording): Promise<SoundExample | undefined> {
    const { label, recording, start, sha256 } = example;
    const [again] = await this.#add(new Teacher(classifier, {}), label, sound, recording).catch((thrown: unknown) => {
      if (thrown instanceof SoundError && thrown.code !== "worker-crashed") return [];
      throw thrown;
    });
    return again && { ...again, start, sha256 };
  }

  #isNew({ sha256, label }: Renewable["example"]): boolean {
    return !this.#store.examples.some(({ example }) => example.sha256 === sha256 && example.label === label);
  }

  /** Adds an example to a bundle, with its sound and picture if it has a sound. */
  async #keep(bundle: Bundle, at: number, example: SoundExample, sound: Recording | undefined): Promise<void> {
    const classifier = await this.classifier();
    const id = crypto.randomUUID();
    const picture = sound && pictureOf(await classifier.logMel(sound.pcm, sound.sampleRate), classifier.info);
    bundle.examples.push({ id, at, model: classifier.info.sha256, example, picture, hasSound: sound !== undefined });
    if (sound) bundle.sounds.push(keptSound(id, sound));
  }

  #add(teacher: Teacher, label: string | undefined, { pcm, sampleRate }: Recording, recording: string) {
    const options = { recording };
    return label === undefined
      ? teacher.background(pcm, sampleRate, options)
      : teacher.add(label, pcm, sampleRate, options);
  }

  #set(state: LearnState): void {
    this.#state = state;
    this.#events.changed();
  }
}

/** Those that this classifier's model made. */
function usableOf(examples: readonly KeptExample[], { info }: Classifier): KeptExample[] {
  return examples.filter(({ model }) => model === info.sha256);
}
