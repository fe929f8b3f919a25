// How much sound was missed while the page was hidden: browsers may slow hidden
// pages down or stop them.

/** Anything shorter is the usual delay. */
const LEAST_SECONDS = 3;

export class Absence {
  #left: { at: number; processed: number } | undefined;

  /**
   * `processed` returns the seconds of sound processed so far, `undefined` while the page does not listen. `missed` is
   * called when the page is visible again.
   */
  constructor(processed: () => number | undefined, missed: (seconds: number) => void) {
    document.addEventListener("visibilitychange", () => {
      const now = processed();
      if (document.visibilityState === "hidden") {
        this.#left = now === undefined ? undefined : { at: Date.now(), processed: now };
        return;
      }
      const left = this.#left;
      this.#left = undefined;
      // A microphone that was opened in the meantime counts from zero: the loss is unknown.
      if (!left || now === undefined || now < left.processed) return;
      const seconds = (Date.now() - left.at) / 1000 - (now - left.processed);
      if (seconds >= LEAST_SECONDS) missed(seconds);
    });
  }
}
