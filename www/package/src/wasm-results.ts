// The package's own objects, made from the wasm module's.

import type { WasmPrediction, WasmUpdate } from "../wasm/sourcing_sound.js";
import type { StreamUpdate } from "./protocol.js";
import type { Category, Prediction } from "./types.js";

export function toPrediction(labels: readonly string[], { start, end, rejected, scores }: WasmPrediction): Prediction {
  return { start, end, rejected, categories: toCategories(labels, scores) };
}

export function toUpdate(labels: readonly string[], { time, rejected, scores, events }: WasmUpdate): StreamUpdate {
  return { time, rejected, events, categories: toCategories(labels, scores) };
}

/** Every label with its score, best first. */
function toCategories(labels: readonly string[], scores: Float32Array): Category[] {
  return labels
    .map((label, index) => ({ label, index, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score);
}
