// The classifier that the page listens with: the small one at first, then whichever is chosen.

import { Classifier, type Microphone, type ModelInfo } from "sourcing-sound";

export class ActiveModel {
  readonly #loaded: (info: ModelInfo) => void;
  #classifier: Promise<Classifier> | undefined;

  /** `loaded` is told of the first classifier. */
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
   * Puts another in its place, at once for a microphone that is open, and gives the one before, which is to be closed.
   * Rejects, with all as it was, when the microphone cannot be handed over.
   */
  async replace(classifier: Classifier, microphone: Microphone | undefined): Promise<Classifier | undefined> {
    const before = this.#classifier;
    this.#classifier = Promise.resolve(classifier);
    try {
      if (microphone && microphone.state !== "closed") await microphone.use(classifier);
    } catch (thrown) {
      // One that was closed meanwhile needs no other.
      if (microphone?.state !== "closed") {
        this.#classifier = before;
        throw thrown;
      }
    }
    return before;
  }
}
