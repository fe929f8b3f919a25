// Warnings about sound that was classified nevertheless.

import type { Taken } from "./downmix.js";

/** A stable, machine-readable name for a warning; the command line uses the same. */
export type WarningCode =
  | "audio-cut-off"
  | "audio-damaged"
  | "audio-broken-off"
  | "channel-taken"
  | "default-followed"
  | "default-kept";

/** What may explain a result, although nothing failed. Rely on `code`; `message` is for people and may change. */
export interface SoundWarning {
  /**
   * - `audio-cut-off`: the recording ends before the length that its header states.
   * - `audio-damaged`: parts could not be decoded, the first at `time`, and are silent.
   * - `audio-broken-off`: nothing can be read after `time`.
   * - `channel-taken`: the mean of the channels was too weak, so one channel was used instead.
   * - `default-followed`: the system's default microphone has changed, and the new one is used from `time` on.
   * - `default-kept`: it has changed, but the new one cannot be opened, or not without asking the user; the old one stays in use.
   */
  code: WarningCode;
  message: string;
  /** Where that is, in seconds from the start. */
  time: number;
  /** The length that the header states, in seconds; `undefined` if it states none. */
  promised?: number;
  /** How many parts are silent because they could not be decoded. */
  parts?: number;
  /** The channel, counted from 1. */
  channel?: number;
}

export function channelWarning({ channel, lossDb }: Taken, time: number): SoundWarning {
  const why = Number.isFinite(lossDb)
    ? `the mean of the channels is ${lossDb.toFixed(0)} dB weaker`
    : "the channels cancel each other";
  return { code: "channel-taken", message: `channel ${channel} is used from ${time.toFixed(1)} s on: ${why}`, time, channel };
}

export function cutOffWarning(time: number, promised: number): SoundWarning {
  const message = `the recording breaks off after ${time.toFixed(3)} s; its header says ${promised.toFixed(3)} s`;
  return { code: "audio-cut-off", message, time, promised };
}

export function damagedWarning(time: number, parts: number): SoundWarning {
  const at = `at ${time.toFixed(3)} s`;
  const silent = parts === 1 ? `a damaged part ${at} was` : `${parts} damaged parts, the first ${at}, were`;
  return { code: "audio-damaged", message: `${silent} replaced by silence`, time, parts };
}

export function brokenOffWarning(time: number, reason: string): SoundWarning {
  return { code: "audio-broken-off", message: `nothing can be read after ${time.toFixed(3)} s (${reason})`, time };
}

export function defaultWarning(code: "default-followed" | "default-kept", time: number): SoundWarning {
  const what = code === "default-followed" ? "the new one is used" : "the old one stays in use";
  return { code, message: `the system's default microphone changed at ${time.toFixed(1)} s: ${what}`, time };
}
