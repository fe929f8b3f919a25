// Turns the wasm module's results into the package's.

import type { WasmPrediction, WasmUpdate } from "../../wasm/sourcing_sound.js";
import type { StreamUpdate } from "../shared/protocol.js";
import type { Category, GroupScore, ModelInfo, Prediction } from "../shared/types.js";

/** `top` is the number of categories to return; `undefined` for all. */
export function toPrediction(info: ModelInfo, prediction: WasmPrediction, top?: number): Prediction {
  const { start, end, rejected, scores, groupScores } = prediction;
  const order = prediction.order.subarray(0, top);
  const categories = toCategories(info, { order, scores, groupScores });
  return { start, end, rejected, categories, groups: toGroups(info, prediction) };
}

export function toUpdate(info: ModelInfo, update: WasmUpdate): StreamUpdate {
  const { time, rejected, events } = update;
  return { time, rejected, events, categories: toCategories(info, update), groups: toGroups(info, update) };
}

/** Returns the labels with their scores, in the core's order. */
function toCategories({ labels, headLabels, groups, labelGroups }: ModelInfo, { order, scores }: Ranked): Category[] {
  return Array.from(order, (index) => ({
    label: labels[index] ?? "",
    index,
    source: index < headLabels ? ("head" as const) : ("base" as const),
    score: scores[index] ?? 0,
    group: groups[labelGroups[index] ?? -1]?.name,
  }));
}

/** Returns every group with its score, best first. */
function toGroups({ groups }: ModelInfo, { groupScores }: Ranked): GroupScore[] {
  return groups
    .map(({ name, icon }, index) => ({ name, icon, score: groupScores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score);
}

type Ranked = Pick<WasmPrediction & WasmUpdate, "order" | "scores" | "groupScores">;
