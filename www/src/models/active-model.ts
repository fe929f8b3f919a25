// The classifier that the page listens with: everyday at first, then whichever is chosen.

import { Classifier, type ModelInfo } from "sourcing-sound";

export class ActiveModel {
  readonly #loaded: (info: ModelInfo) => void;
  #classifier: Promise<Classifier> | undefined;

  /** `loaded` gets the first classifier. */
  constructor(loaded: (info: ModelInfo) => void) {
    this.#loaded = loaded;
  }

  /** The classifier of now; the first is loaded once, and after a failure it is tried again. */
  load(): Promise<Classifier> {
    this.#classifier ??= Classifier.load().then(
      (classifier) => {
        this.#loaded(classifier.info);
        return classifier;
      },
      (thrown: unknown) => {
        this.#classifier = undefined;
        throw thrown;
      },
    );
    return this.#classifier;
  }

  /**
   * Puts another in its place, with `handOver` for the microphone that is open, and gives the one before, which is to
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
    return before;
  }
}
