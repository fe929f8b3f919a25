// The view "Files".

import { counted } from "../counted.js";

export const files = {
  title: "Files",
  intro: "Drop recordings anywhere on this page, or choose files or a folder: WAV, FLAC, MP3, M4A, Ogg, CAF and most other formats, even if they are hours long. They stay on this device.",
  choose: "Choose files",
  chooseFolder: "Choose a folder",
  found: (count: number) => `${counted(count, "recording", "recordings")}.`,
  noneFound: "This folder contains no recordings.",
  passedOver: (kinds: string) => `Skipped: ${kinds}.`,
  kind: (kind: string, count: number) => {
    if (kind === "hidden") return `${count} hidden`;
    if (kind === "nameless") return `${count} without an extension`;
    return kind === "unreadable" ? `${count} unreadable` : `${count} ${kind}`;
  },
  otherKinds: (count: number) => counted(count, "of another kind", "of other kinds"),
  waiting: "Waiting for the previous file",
  opening: "Opening…",
  progress: (done: string, total: string) => `${done} of ${total}`,
  left: (time: string) => `about ${time} left`,
  secondsLeft: (seconds: number) => `${seconds} s`,
  minutesLeft: (minutes: number) => `${minutes} min`,
  cancel: "Cancel",
  cancelled: "Cancelled",
  again: (model: string) => `Classify again with ${model}`,
  retry: "Try again",
  share: (name: string, percent: string) => `${name} · ${percent} of the time`,
  remove: "Remove",
  cancelAll: "Cancel all",
  removeAll: "Remove all",
  classifiedBy: (model: string) => `by ${model}`,
  broken: (time: string, promised: string | undefined) =>
    promised === undefined
      ? `The file breaks off after ${time}. The result covers the part before that.`
      : `The file breaks off after ${time}. Its header says ${promised}. The result covers the part that exists.`,
  damaged: (time: string, parts: number) =>
    parts === 1
      ? `A damaged part at ${time} could not be read and counts as silence.`
      : `${parts} damaged parts, the first at ${time}, could not be read and count as silence.`,
  noIndex:
    "The recorder was stopped before it wrote this file's index. The program untrunc can rebuild it from another recording made by the same recorder.",
  channelTaken: (channel: number) => `Channel ${channel} is used alone: mixed, the channels would cancel or weaken each other.`,
  channel: "Channel",
  mix: "All, mixed",
  leftChannel: "Left",
  rightChannel: "Right",
  timeline: (parts: number) => `Timeline of ${counted(parts, "section", "sections")}; the list below shows the same.`,
  picture: "Spectrogram of the whole recording: time from left to right, pitch from low to high, loudness as brightness",
  parts: (count: number) => counted(count, "section", "sections"),
  before: (some: number, all: number) => (all === 1 ? "Show 1 earlier one" : `Show ${some} of ${all} earlier ones`),
  after: (some: number, all: number) => (all === 1 ? "Show 1 more" : `Show ${some} of ${all} more`),
  play: (what: string, time: string) => `Play ${what}, ${time}`,
  save: (what: string, time: string) => `Save ${what}, ${time}, as WAV`,
  correct: (what: string, time: string) => `Right or wrong? ${what}, ${time}`,
  saveAll: "All files",
};
