// Short recordings through the microphone: made, classified, shown, and kept until the next.

import type { Category, Classifier, Prediction, Recording } from "sourcing-sound";
import type { SettingsStore } from "../settings.js";
import { record } from "../sound/microphone-recording.js";
import { overall, toParts } from "../sound/parts.js";
import { texts } from "../texts/index.js";
import { recordingTexts } from "../texts/recordings.js";
import type { Notice } from "../ui/notice.js";
import type { State } from "./buttons.js";
import { Clip } from "./clip.js";
import { sourceWords } from "./live.js";
import type { Muted } from "./muted.js";
import { partRow } from "./part-row.js";
import { isSilence, QUIET_DBFS, SILENCE } from "./quiet.js";
import { recordingSeconds } from "./recording-seconds.js";
import type { SoundList } from "./sound-list.js";
import type { Stage } from "./stage.js";

/** The level is measured in pieces about as long as those in which a microphone reports it. */
const PIECE_SECONDS = 0.05;

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
        stage.wait(sourceWords(undefined), recordingTexts.recording, texts.secondsLeft(seconds.toFixed(1)));
      },
      frame: (frame, time) => stage.recordingFrame(frame, time, seconds),
      troubled: (error) => notice.fail(error),
    });
    stage.still();
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
    const unmuted = predictions.map((prediction) => this.#parts.muted.without(prediction, classifier.info));
    const told = unmuted.map(isLoud(recording) ? withSilence : silent);
    stage.showRecording(classifier.info, recording, columns, overall(told));
    list.showRecording(toParts(told).map(partRow));
    this.#clip.show(recording, "recording.wav");
    this.#latest = recording;
  }

  /** Hides the buttons of the latest recording. */
  clear(): void {
    this.#clip.clear();
  }
}

/** Whether the level reaches in any piece what it has to reach live. */
function isLoud({ pcm, sampleRate }: Recording): boolean {
  const length = Math.round(PIECE_SECONDS * sampleRate);
  for (let at = 0; at < pcm.length; at += length) {
    const piece = pcm.subarray(at, at + length);
    const squares = piece.reduce((sum, sample) => sum + sample * sample, 0);
    if (10 * Math.log10(squares / piece.length) >= QUIET_DBFS) return true;
  }
  return false;
}

/** Silence does not need to reach its threshold, as live. */
function withSilence(answer: Prediction): Prediction {
  return isSilence(answer.categories[0]) ? { ...answer, rejected: false } : answer;
}

/** In place of an answer for a recording in which nothing is loud enough to be named. */
function silent({ start, end }: Prediction): Prediction {
  const category: Category = { label: SILENCE, index: -1, score: 0, source: "base", group: undefined };
  return { start, end, categories: [category], groups: [], rejected: false };
}
