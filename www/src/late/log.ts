// Keeps what the history is to record until its script is loaded. Recording starts with listening, and the first answer
// must not wait for the history.

import type { ModelInfo, Update } from "sourcing-sound";
import { steadyNow } from "./steady-clock.js";

/** Takes the updates of a session with the microphone. `now`: when it happened, in milliseconds since 1970. */
export interface Log {
  /** Listening starts or resumes, or switches to another model. */
  begin(info: ModelInfo): void;
  update(update: Update, now?: number): void;
  /** Listening ends, and with it all open events. May be called more than once. */
  end(): void;
}

/** Two updates come a second: more than an hour. */
const MOST_KEPT = 10_000;

export class LateLog implements Log {
  readonly #wanted: () => void;
  #log: Log | undefined;
  #kept: ((log: Log) => void)[] = [];

  /** `wanted` is called when there is something to record and no log yet. */
  constructor(wanted: () => void) {
    this.#wanted = wanted;
  }

  begin(info: ModelInfo): void {
    this.#pass((log) => log.begin(info));
  }

  update(update: Update): void {
    const now = steadyNow();
    // Most updates have no event.
    if (this.#log || update.events.length > 0) this.#pass((log) => log.update(update, now));
    if (!this.#log && update.events.length > 0) this.#wanted();
  }

  end(): void {
    this.#pass((log) => log.end());
  }

  /** From now on everything goes to `log`, first what was kept. */
  open(log: Log): void {
    this.#log = log;
    for (const call of this.#kept) call(log);
    this.#kept = [];
  }

  #pass(call: (log: Log) => void): void {
    if (this.#log) call(this.#log);
    else if (this.#kept.length < MOST_KEPT) this.#kept.push(call);
  }
}
