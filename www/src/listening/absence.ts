// How much sound was missed while the page was out of sight: browsers may slow
// such pages down or stop them.

/** Less is no more than the usual delay. */
const LEAST_SECONDS = 3;

export class Absence {
  #left: { at: number; heard: number } | undefined;

  /** `heard`: seconds of sound heard so far, or `undefined` when nobody listens; `missed` is told on return. */
  constructor(heard: () => number | undefined, missed: (seconds: number) => void) {
    document.addEventListener("visibilitychange", () => {
      const now = heard();
      if (document.visibilityState === "hidden") {
        this.#left = now === undefined ? undefined : { at: Date.now(), heard: now };
        return;
      }
      const left = this.#left;
      this.#left = undefined;
      // A new microphone counts from zero: nothing can be said then.
      if (!left || now === undefined || now < left.heard) return;
      const seconds = (Date.now() - left.at) / 1000 - (now - left.heard);
      if (seconds >= LEAST_SECONDS) missed(seconds);
    });
  }
}
