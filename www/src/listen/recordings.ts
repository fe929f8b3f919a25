// Short recordings through the microphone: made, classified, shown, and kept until the next.

import type { Classifier, Recording } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { record } from "../sound/microphone-recording.js";
import { overall, toParts } from "../sound/parts.js";
import { texts } from "../texts/index.js";
import type { Notice } from "../ui/notice.js";
import type { State } from "./buttons.js";
import { Clip } from "./clip.js";
import { sourceWords } from "./live.js";
import type { Muted } from "./muted.js";
import { recordingSeconds } from "./recording-seconds.js";
import type { SoundList } from "./sound-list.js";
import type { Stage } from "./stage.js";

export interface RecordingsParts {
  settings: SettingsStore;
  muted: Muted;
  notice: Notice;
  stage: Stage;
  list: SoundList;
  changed(state: State): void;
}

export class Recordings {
  readonly #parts: RecordingsParts;
  readonly #clip: Clip;
  #latest: Recording | undefined;

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
    this.#clip = new Clip(parts.stage.picture);
  }

  /** The latest recording. */
  get latest(): Recording | undefined {
    return this.#latest;
  }

  async record(classifier: Classifier, signal: AbortSignal): Promise<void> {
    const { settings, notice, stage, changed } = this.#parts;
    const seconds = recordingSeconds(classifier.info);
    stage.picture.beginRecording(classifier.info, seconds);
    const recording = await record(classifier, seconds, {
      signal,
      deviceId: settings.all.deviceId,
      began: () => {
        changed("recording");
        stage.wait(sourceWords(undefined), texts.recording, texts.secondsLeft(seconds.toFixed(1)));
      },
      frame: (frame, time) => stage.recordingFrame(frame, time, seconds),
      troubled: (error) => notice.fail(error),
    });
    changed("working");
    await this.classify(classifier, recording, signal);
  }

  /** Classifies a recording and shows the result, with buttons to play and save it. */
  async classify(classifier: Classifier, recording: Recording, signal: AbortSignal): Promise<void> {
    const { stage, list, changed } = this.#parts;
    const { pcm, sampleRate } = recording;
    const predictions = await classifier.classify(pcm, sampleRate, { signal });
    const columns = await classifier.logMel(pcm, sampleRate);
    if (signal.aborted) return;
    changed("result");
    const told = predictions.map((prediction) => this.#parts.muted.without(prediction, classifier.info));
    stage.showRecording(classifier.info, recording, columns, overall(told));
    list.showParts(toParts(told));
    this.#clip.show(recording, "recording.wav");
    this.#latest = recording;
  }

  /** Hides the buttons of the latest recording. */
  clear(): void {
    this.#clip.clear();
  }
}
