// Who keeps the events.

import type { ModelInfo, Update } from "sourcing-sound";

export interface Log {
  /** Listening begins, or goes on with another model. */
  begin(info: ModelInfo): void;
  update(update: Update): void;
  /** Listening is over: open events end now. May be called again. */
  end(): void;
}
