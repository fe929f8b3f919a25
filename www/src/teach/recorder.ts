// Records examples, one at a time for the whole view.

import type { Classifier, Recording, SoundError } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { record } from "../sound/microphone-recording.js";

/** Long enough for most sounds, short enough to be repeated. */
export const RECORDING_SECONDS = 4;

export interface RecorderParts {
  settings: SettingsStore;
  classifier(): Promise<Classifier>;
  troubled(error: SoundError): void;
}

export class ExampleRecorder {
  readonly #parts: RecorderParts;
  #task: AbortController | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Records the next seconds; `left` is called with the seconds that are left. `undefined` if it was stopped. */
  async record(left: (seconds: number) => void): Promise<Recording | undefined> {
    this.stop();
    const task = new AbortController();
    const { signal } = task;
    this.#task = task;
    left(RECORDING_SECONDS);
    try {
      const classifier = await this.#parts.classifier();
      signal.throwIfAborted();
      return await record(classifier, RECORDING_SECONDS, {
        signal,
        deviceId: this.#parts.settings.all.deviceId,
        began: () => undefined,
        frame: (_, time) => left(Math.max(0, RECORDING_SECONDS - time)),
        troubled: (error) => this.#parts.troubled(error),
      });
    } catch (thrown) {
      if (signal.aborted) return undefined;
      throw thrown;
    } finally {
      if (this.#task === task) this.#task = undefined;
    }
  }

  /** Ends the recording in progress, whichever label it is for. */
  stop(): void {
    this.#task?.abort();
    this.#task = undefined;
  }
}
