// Runs one recording through a model: the answer for every segment, and the columns of a picture. While one piece is
// processed, the next is decoded.

import type { Classifier, ModelInfo, RecordingReader, SoundWarning } from "sourcing-sound";
import { Overview } from "./overview.js";
import { Segments, TOP } from "./segments.js";

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
  segments: Segments;
  /** How many channels the recording has. */
  channels: number;
  warnings: readonly SoundWarning[];
}

/** A picture of the whole recording, which takes more memory than its analysis. */
export type Columns = Float32Array<ArrayBuffer>;

export interface AnalysisOptions {
  signal: AbortSignal;
  progress(progress: Progress): void;
}

/** Rejects with the signal's reason or with the package's error: `audio-too-short` for a file without sound. */
export async function analyse(
  source: RecordingReader,
  classifier: Classifier,
  { signal, progress }: AnalysisOptions,
): Promise<{ analysis: Analysis; columns: Columns }> {
  const { info } = classifier;
  const open = await classifier.segments(source.sampleRate, info.labels.length > TOP ? { top: TOP } : {});
  const overview = new Overview(info.nMels);
  const segments = new Segments(info);
  const began = performance.now();
  let samples = 0;
  const run = async (piece: Float32Array<ArrayBuffer>) => {
    const result = await open.push(piece);
    segments.push(result.predictions);
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
    segments.push(await open.finish());
    signal.throwIfAborted();
  } finally {
    open.close();
  }
  const seconds = samples / source.sampleRate;
  const { channels, warnings } = source;
  return { analysis: { info, seconds, segments, channels, warnings }, columns: overview.columns };
}
