// The classifier in use: everyday at first, with what was taught, then whichever is chosen.

import { Classifier, type ModelInfo } from "sourcing-sound";
import { loadTaught } from "./taught.js";

export class ActiveModel {
  readonly #changed: (info: ModelInfo) => void;
  #classifier: Promise<Classifier> | undefined;
  #info: ModelInfo | undefined;
  /** SHA-256 of the model that came with the page, once it is loaded. */
  first: string | undefined;
  /** Ends with the work that needs the classifier it started with. */
  #held: Promise<void> = Promise.resolve();

  /** `changed` is called whenever another model is in use, and for the first one. */
  constructor(changed: (info: ModelInfo) => void) {
    this.#changed = (info) => {
      this.#info = info;
      changed(info);
    };
  }

  /** The description of the model in use, once it is loaded. */
  get info(): ModelInfo | undefined {
    return this.#info;
  }

  /** The classifier in use. The first is loaded on the first call, and again after a failure. */
  load(): Promise<Classifier> {
    this.#classifier ??= loadTaught((options) => Classifier.load(options)).then(
      (classifier) => {
        this.first = classifier.info.sha256;
        this.#changed(classifier.info);
        return classifier;
      },
      (thrown: unknown) => {
        this.#classifier = undefined;
        throw thrown;
      },
    );
    return this.#classifier;
  }

  /** Keeps the current classifier open until `work` ends, even if another is chosen in the meantime. */
  hold(work: Promise<void>): void {
    this.#held = Promise.allSettled([this.#held, work]).then(() => undefined);
  }

  /** Resolves when all work that was passed to `hold` so far has ended. */
  released(): Promise<void> {
    return this.#held;
  }

  /**
   * Replaces the classifier in use and returns the previous one, for the caller to close. `handOver` passes the new one to
   * an open microphone; if that fails, this rejects and nothing changes.
   */
  async replace(
    classifier: Classifier,
    handOver: ((classifier: Classifier) => Promise<void> | undefined) | undefined,
  ): Promise<Classifier | undefined> {
    const before = this.#classifier;
    this.#classifier = Promise.resolve(classifier);
    try {
      await handOver?.(classifier);
    } catch (thrown) {
      this.#classifier = before;
      throw thrown;
    }
    this.#changed(classifier.info);
    return before;
  }
}
