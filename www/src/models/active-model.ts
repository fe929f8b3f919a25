// The classifier in use: everyday at first, then whichever is chosen.

import { Classifier, type ModelInfo } from "sourcing-sound";

export class ActiveModel {
  readonly #changed: (info: ModelInfo) => void;
  #classifier: Promise<Classifier> | undefined;
  /** Work that holds a classifier. */
  #held: Promise<void> = Promise.resolve();

  /** `changed` is called with every model that comes into use. */
  constructor(changed: (info: ModelInfo) => void) {
    this.#changed = changed;
  }

  /** The classifier in use. The first is loaded once, and after a failure it is tried again. */
  load(): Promise<Classifier> {
    this.#classifier ??= Classifier.load().then(
      (classifier) => {
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

  /** Keeps the classifier with which `work` begins alive as long as it lasts, whatever is chosen meanwhile. */
  hold(work: Promise<void>): void {
    this.#held = Promise.allSettled([this.#held, work]).then(() => undefined);
  }

  /** Resolves when the work that holds a classifier now has ended. */
  released(): Promise<void> {
    return this.#held;
  }

  /**
   * Puts another in its place, with `handOver` for the microphone that is open, and returns the one before, which is to
   * be closed. Rejects, with all as it was, when the microphone cannot be handed over.
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
