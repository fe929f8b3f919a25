// The native command line's results for a file.

import { execFileSync } from "node:child_process";
import { overall } from "../../../www/src/sound/parts";
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
  /** The most frequent result: a label, or `rejected`. */
  label: string;
  segments: Segment[];
  /** Mean over the segments. */
  scores: Record<string, number>;
}

/** What the page shows for a segment: its label, or `rejected`. */
const answerOf = (segment: Segment): string => (segment.rejected ? "rejected" : segment.label);

/** Share of the segments from which on an answer is one that the command line gives, not a slip between two others. */
const COMMON = 0.2;

/**
 * The answers that the page may show for these segments: those of a good part of them, since where a segment begins
 * decides between labels that are close. "Silence" is shown as quiet.
 */
export function answersLive(segments: readonly Segment[]): string[] {
  const answers = segments.map(answerOf);
  const common = [...new Set(answers)].filter((answer) => answers.filter((other) => other === answer).length >= COMMON * answers.length);
  return [...new Set([...common, mostOften(answers)])].map((answer) => (answer === "Silence" ? "quiet" : answer));
}

/** The label that the page shows for a recording with these segments as a whole, by the page's own rule. */
export function wholeLabel(segments: readonly Segment[]): string {
  const indices = new Map<string, number>();
  const predictions = segments.map(({ start, end, rejected, scores }) => {
    // Best first.
    const categories = Object.entries(scores).map(([label, score]) => {
      const index = indices.get(label) ?? indices.size;
      indices.set(label, index);
      return { index, label, score, source: "base", group: undefined };
    });
    return { start, end, rejected, categories, groups: [] };
  });
  const { rejected, categories } = overall(predictions as unknown as Parameters<typeof overall>[0]);
  return rejected ? "rejected" : categories[0]!.label;
}

/** By the default model, or by another that is built in (`urban`, `urban-tiny`), or by a model's file; with a head's file. */
export function classifyNatively(wav: string, model?: string, head?: string): Answer {
  const options = [...(model === undefined ? [] : ["--model", model]), ...(head === undefined ? [] : ["--head", head])];
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
