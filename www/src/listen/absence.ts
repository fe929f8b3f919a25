// How much sound was missed while the page was out of sight: browsers may slow
// such pages down or stop them.

/** Less is no more than the usual delay. */
const LEAST_SECONDS = 3;

export class Absence {
  #left: { at: number; processed: number } | undefined;

  /** `processed`: seconds of sound processed so far, or `undefined` when the page does not listen; `missed` is called on return. */
  constructor(processed: () => number | undefined, missed: (seconds: number) => void) {
    document.addEventListener("visibilitychange", () => {
      const now = processed();
      if (document.visibilityState === "hidden") {
        this.#left = now === undefined ? undefined : { at: Date.now(), processed: now };
        return;
      }
      const left = this.#left;
      this.#left = undefined;
      // A new microphone counts from zero: nothing can be said then.
      if (!left || now === undefined || now < left.processed) return;
      const seconds = (Date.now() - left.at) / 1000 - (now - left.processed);
      if (seconds >= LEAST_SECONDS) missed(seconds);
    });
  }
}
