// Runs one recording through a model: every segment, one answer for the whole,
// and the columns of a picture. While one piece is processed, the next is decoded.

import type { Classifier, ModelInfo, Prediction, RecordingReader, SoundWarning } from "sourcing-sound";
import type { Muted } from "../listen/muted.js";
import { overall, type Part, toParts } from "../sound/parts.js";
import { Overview } from "./overview.js";

/** With hundreds of labels, this many per segment are enough for what is shown. */
const TOP = 20;

export interface Progress {
  /** Seconds of sound. */
  done: number;
  total: number;
  /** Estimated seconds until it is done. */
  left: number | undefined;
}

export interface Analysis {
  info: ModelInfo;
  seconds: number;
  predictions: Prediction[];
  parts: Part[];
  answer: Pick<Prediction, "categories" | "groups" | "rejected">;
  columns: Float32Array<ArrayBuffer>;
  /** How many channels the recording has. */
  channels: number;
  warnings: readonly SoundWarning[];
}

/** The same without what the user has muted. */
export function withoutMuted(analysis: Analysis, muted: Muted): Analysis {
  const predictions = analysis.predictions.map((prediction) => muted.without(prediction, analysis.info));
  return { ...analysis, predictions, parts: toParts(predictions), answer: overall(predictions) };
}

export interface AnalysisOptions {
  signal: AbortSignal;
  progress(progress: Progress): void;
}

/** Rejects with the signal's reason or with the package's error: `audio-too-short` for a file without sound. */
export async function analyse(source: RecordingReader, classifier: Classifier, options: AnalysisOptions): Promise<Analysis> {
  const { signal, progress } = options;
  const { info } = classifier;
  const segments = await classifier.segments(source.sampleRate, info.labels.length > TOP ? { top: TOP } : {});
  const overview = new Overview(info.nMels);
  const predictions: Prediction[] = [];
  const began = performance.now();
  let samples = 0;
  const run = async (piece: Float32Array<ArrayBuffer>) => {
    const result = await segments.push(piece);
    predictions.push(...result.predictions);
    overview.append(result.columns);
    samples += piece.length;
    const done = samples / source.sampleRate;
    const total = Math.max(done, source.duration);
    const elapsed = (performance.now() - began) / 1000;
    progress({ done, total, left: elapsed > 1 ? ((total - done) * elapsed) / done : undefined });
  };
  try {
    let processing = Promise.resolve();
    for await (const piece of source.pieces({ signal })) {
      await processing;
      signal.throwIfAborted();
      processing = run(piece);
      // It is awaited with the next piece; a rejection must not count as unhandled until then.
      processing.catch(() => undefined);
    }
    await processing;
    predictions.push(...(await segments.finish()));
    signal.throwIfAborted();
  } finally {
    segments.close();
  }
  const seconds = samples / source.sampleRate;
  const { channels, warnings } = source;
  const answer = overall(predictions);
  return { info, seconds, predictions, parts: toParts(predictions), answer, columns: overview.columns, channels, warnings };
}
