// Classifies a recording piece by piece.

import type { Engine } from "../shared/engine.js";
import { notify } from "../shared/notify.js";
import { checkSegments, type ClassifyRecordingOptions } from "../shared/options.js";
import { SegmentStream } from "../shared/streams.js";
import type { Prediction, RecordingReader } from "../shared/types.js";

/** Decodes the next piece while the current one is processed. */
export async function classifyPieces(
  engine: Engine,
  reader: RecordingReader,
  options: ClassifyRecordingOptions,
): Promise<Prediction[]> {
  const { sampleRate, duration } = reader;
  const { signal, onProgress, hopSeconds, top } = checkSegments(options);
  const segments = await SegmentStream.open(engine, { sampleRate, hopSeconds, top });
  const predictions: Prediction[] = [];
  let samples = 0;
  const processPiece = async (piece: Float32Array) => {
    predictions.push(...(await segments.push(piece)).predictions);
    signal?.throwIfAborted();
    samples += piece.length;
    const done = samples / sampleRate;
    notify(onProgress, done, Math.max(done, duration));
  };
  try {
    let processing = Promise.resolve();
    for await (const piece of reader.pieces({ signal })) {
      await processing;
      processing = processPiece(piece);
      // It is awaited after the next piece is decoded; until then a rejection must not count as unhandled.
      processing.catch(() => undefined);
    }
    await processing;
    predictions.push(...(await segments.finish()));
    return predictions;
  } finally {
    segments.close();
  }
}
