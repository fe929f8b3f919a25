// Who keeps the events that are heard.

import type { ModelInfo, Update } from "sourcing-sound";

export interface Log {
  /** Listening begins, or goes on with another model. */
  begin(info: ModelInfo): void;
  update(update: Update): void;
  /** Nothing is heard any more: what is open ends now. May be called again. */
  end(): void;
}
