// Keeps the screen on. The browser releases the lock whenever the page is hidden;
// it is requested again when the page is visible.

export class WakeLock {
  #wanted = false;
  #lock: WakeLockSentinel | undefined;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.#take());
  }

  /** Whether the browser can do this at all. */
  static get supported(): boolean {
    return "wakeLock" in navigator;
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) void this.#take();
    else void this.#release();
  }

  async #take(): Promise<void> {
    if (!this.#wanted || this.#lock || !WakeLock.supported || document.visibilityState !== "visible") return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      lock.onrelease = () => (this.#lock = undefined);
      this.#lock = lock;
      if (!this.#wanted) await this.#release();
    } catch {
      // Low battery, or not allowed: listening works without it.
    }
  }

  async #release(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release().catch(() => undefined);
  }
}
