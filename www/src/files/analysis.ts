// Runs one recording through a model: every segment, one answer for the whole,
// and the columns of a picture. While one piece is processed, the next is decoded.

import type { Classifier, ModelInfo, Prediction, RecordingReader } from "sourcing-sound";
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
  /** Why the file could not be read to its end; the result covers what was read. */
  broken: unknown;
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
  let broken: unknown;
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
    const pieces = source.pieces({ signal })[Symbol.asyncIterator]();
    for (;;) {
      const next = await decoded(pieces);
      await processing;
      signal.throwIfAborted();
      if (next === "end") break;
      if ("broken" in next) {
        if (samples === 0) throw next.broken;
        broken = next.broken;
        break;
      }
      processing = run(next.piece);
      // It is awaited with the next piece; a rejection must not count as unhandled until then.
      processing.catch(() => undefined);
    }
    predictions.push(...(await segments.finish()));
    signal.throwIfAborted();
  } finally {
    segments.close();
  }
  const seconds = samples / source.sampleRate;
  const answer = overall(predictions);
  return { info, seconds, predictions, parts: toParts(predictions), answer, columns: overview.columns, broken };
}

async function decoded(
  pieces: AsyncIterator<Float32Array<ArrayBuffer>>,
): Promise<"end" | { piece: Float32Array<ArrayBuffer> } | { broken: unknown }> {
  try {
    const { done, value } = await pieces.next();
    return done ? "end" : { piece: value };
  } catch (broken) {
    return { broken };
  }
}
