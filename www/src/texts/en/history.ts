// The view "History".

import { counted } from "../counted.js";

export const history = {
  title: "History",
  today: "Today",
  previousDay: "Previous day",
  nextDay: "Next day",
  empty: "No sounds on this day.",
  emptyAll: "Sounds appear here as they are detected, with time and score.",
  start: "Start listening",
  summary: (sounds: number, kinds: number) => `${counted(sounds, "sound", "sounds")} of ${counted(kinds, "kind", "kinds")}`,
  filter: "Show",
  everything: "Everything",
  zoom: "Range",
  wholeDay: "Whole day",
  hour: (from: string, to: string) => `${from} – ${to}`,
  timeline: (sounds: number) => `Timeline of ${counted(sounds, "sound", "sounds")}; the list below shows the same.`,
  counts: "Sounds per hour",
  label: "Sound",
  total: "Total",
  list: "All sounds",
  now: "now",
  seconds: (value: string) => `${value} s`,
  minutes: (value: string) => `${value} min`,
  hours: (value: string) => `${value} h`,
  play: (label: string, time: string) => `Play ${label}, ${time}`,
  save: (label: string, time: string) => `Save ${label}, ${time}, as WAV`,
  correct: (label: string, time: string) => `Right or wrong? ${label}, ${time}`,
  remove: (label: string, time: string) => `Delete ${label}, ${time}`,
  /** The labels with the next best scores. */
  others: (labels: string) => `Also considered: ${labels}`,
  more: (count: number) => `Show ${count} more`,
  keep: "Keep 4 seconds of sound with each event",
  keepHelp: (clips: number, size: string) =>
    `Off by default. The sound stays on this device, in this browser: at most ${clips} clips (about ${size}); the oldest are deleted first.`,
  keepMost: "Maximum number of clips",
  used: (size: string) => `This page uses ${size} of storage.`,
  exported: "Save",
  exportedDay: "this day",
  exportedAll: "everything",
  removeAll: "Delete everything…",
  removeAllAsk: "Delete the whole history, including all saved sound? This cannot be undone.",
  removeAllDo: "Delete everything",
  cancel: "Cancel",
  notLasting:
    "Your browser stores nothing for this page (perhaps because this is a private window). Sounds are listed here until you close the page; save them before then.",
  cleared: "The browser has deleted what this page kept, perhaps because its data was cleared. New sounds are kept again.",
  troubles: {
    "audio-dropped": "There is not enough space for sound: the event was saved without it. Delete some of the history, or free up space on this device.",
    "not-kept": "An event could not be saved: this device's storage is full or blocked. Free up some space, or save the history and then delete it.",
  },
};
