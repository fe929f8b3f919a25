// How well a label does, in words.

import type { SoundShare, TaughtLabel, TeachFinding, TeachReport } from "sourcing-sound";
import { labelWords } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { percent } from "../ui/format.js";
import type { KeptExample } from "./kept.js";

/** Recordings that were all made within this many milliseconds are of one session. */
const SESSION_MS = 10 * 60_000;

/** The text below the examples of a label; empty before it is learned. */
export function resultWords(label: string, examples: readonly KeptExample[], report: TeachReport | undefined): string {
  const found = report?.labels.find((one) => one.label === label);
  if (!found) return "";
  const { recall } = found;
  // What to do next follows below.
  const words = recall ? [recallWords(recall), sessionWords(examples), mistakenWords(found)] : [mistakenWords(found), teachTexts.oneRecording];
  return words.filter(Boolean).join(" ");
}

function recallWords({ hits, of, low, high }: SoundShare): string {
  return teachTexts.recall(hits, of, percent(low), percent(high));
}

/** A warning that the recordings are too much alike to justify the figures; empty if the times are not known for all. */
function sessionWords(examples: readonly KeptExample[]): string {
  const made = examples.flatMap(({ made }) => made ?? []);
  const isOne = made.length === examples.length && Math.max(...made) - Math.min(...made) <= SESSION_MS;
  return isOne ? teachTexts.oneSession : "";
}

function mistakenWords({ mistaken }: TaughtLabel): string {
  // A report that was kept by an earlier version lacks it.
  return mistaken ? teachTexts.mistaken(mistaken.hits, mistaken.of) : "";
}

/** What to fix, the most important first. */
export function findingsOf(label: string, report: TeachReport | undefined): { kind: string; words: string }[] {
  if (!report) return [];
  const labels = report.labels.map((one) => one.label);
  const own = report.findings.filter((finding) => finding.label === label);
  const isMeasured = report.labels.some((one) => one.label === label && one.recall);
  if (isMeasured) return own.map((finding) => ({ kind: finding.kind, words: findingWords(finding, labels) }));
  // The result already says that one is few, and ends with what to do next.
  const others = own.filter(({ kind }) => kind !== "few");
  return [
    ...teachTexts.nextSteps.map((words) => ({ kind: "next", words })),
    ...others.map((finding) => ({ kind: finding.kind, words: findingWords(finding, labels) })),
  ];
}

function findingWords({ kind, label, recordings, message }: TeachFinding, labels: readonly string[]): string {
  if (kind === "alike") {
    // The other label is only in the message.
    const other = labels.find((one) => one !== label && message.startsWith(`${one} and ${label} sound `));
    return other === undefined ? message : teachTexts.alikeTo(labelWords(label), labelWords(other));
  }
  return teachTexts.findings[kind]?.(recordings) ?? message;
}
