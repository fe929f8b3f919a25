// What the native command line says of a file.

import { execFileSync } from "node:child_process";
import { cliPath } from "./environment";
import { mostOften } from "./tally";

/** One line of `--format jsonl`. */
interface Segment {
  start: number;
  end: number;
  label: string;
  score: number;
  rejected: boolean;
  scores: Record<string, number>;
}

export interface Answer {
  /** The answer of most segments: a label, or `rejected`. */
  label: string;
  segments: Segment[];
  /** Mean over the segments. */
  scores: Record<string, number>;
}

/** What the page would show for a segment: its label, or `rejected`. */
const answerOf = (segment: Segment): string => (segment.rejected ? "rejected" : segment.label);

/** By the model that is built in, or by another model's file. */
export function classifyNatively(wav: string, model?: string): Answer {
  const options = model === undefined ? [] : ["--model", model];
  const output = execFileSync(cliPath, ["classify", "--format", "jsonl", ...options, wav], { encoding: "utf8" });
  const segments = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Segment);
  const scores: Record<string, number> = {};
  for (const segment of segments) {
    for (const [label, score] of Object.entries(segment.scores)) {
      scores[label] = (scores[label] ?? 0) + score / segments.length;
    }
  }
  return { label: mostOften(segments.map(answerOf)), segments, scores };
}
