// Every word that a person reads on the page.

import type { ErrorCode } from "sourcing-sound";
import type { Choice } from "./models/manifest.js";

/** What can only go wrong on this page, beside the package's own codes. */
export type PageErrorCode = "undecodable" | "too-long" | "model-damaged" | "unknown";

export const texts = {
  listen: "Start listening",
  starting: "Starting…",
  stop: "Stop listening",
  record: (seconds: string) => `Record ${seconds} seconds`,
  cancel: "Cancel",
  choose: "Choose a file",
  play: "Play",
  stopPlaying: "Stop",
  download: "Save as WAV",
  level: "Level",
  silence: "silence",
  decibels: (value: string) => `${value} dB`,

  loading: "One moment…",
  ready: "Ready",
  failed: "That did not work",
  listening: "Listening…",
  working: "Working it out…",
  recording: "Recording…",
  unknown: "Nothing I know",
  sure: (percent: string) => `${percent} sure`,
  unsure: "None of the sounds I have learnt",
  secondsLeft: (seconds: string) => `${seconds} s left`,
  fromMicrophone: "Microphone",
  fromRecording: "Your recording",
  lost: (seconds: string) => `${seconds} s of sound were lost: this device is too busy`,
  processed: (names: string) => `Your browser still applies ${names}; results may suffer.`,

  more: "Hear more kinds of sound",
  moreSize: (labels: number, size: string) => `${labels} kinds · ${size}`,
  loadingModel: (loaded: string, total: string) => `${loaded.replace(" MB", "")} of ${total}`,
  gettingReady: "Getting ready…",
  listensFor: "Listens for",

  privacy: "Sound never leaves this device.",
  hint: "Start listening, or drop an audio file here",
  dropHere: "Drop the file to hear what it is",
  spectrogram: "Spectrogram: time from left to right, pitch from low to high, loudness as brightness",
  now: "now",
  hertz: "Hz",

  heardLive: "Heard just now",
  since: (time: string) => `since ${time}`,
  heardFile: "In this recording",
  heardNothing: "Sounds appear here as they are heard.",

  about: "About",
  aboutText: [
    "This page listens through the microphone and names the sound it hears. Everything is computed here, in your browser: no sound, and nothing about it, is sent anywhere.",
    "It knows only the sounds listed below, and it makes mistakes. Do not rely on it where safety matters.",
  ],
  facts: {
    model: "Model",
    labels: "Knows",
    kinds: (labels: number, groups: number) => `${labels} kinds of sound in ${groups} groups`,
    trainingData: "Trained on",
    folds: "Evaluated on",
    accuracy: "Accuracy",
    licence: "Licence of the model",
  },
} as const;

/** Names that the rule of {@link labelWords} would not spell as people do. */
const LABEL_WORDS: Readonly<Record<string, string>> = { gun_shot: "Gunshot" };

/** A model's label in plain words: `dog_bark` becomes "Dog bark". */
export function labelWords(label: string): string {
  const words = label.replaceAll("_", " ");
  return LABEL_WORDS[label] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What each of the site's models hears, by {@link Choice}'s `id`. */
const CHOICE_WORDS: Readonly<Record<string, (labels: number) => string>> = {
  "urban-v1": (labels) => `${labels} city sounds`,
  everyday: (labels) => `${labels} everyday sounds`,
  "everyday+urban": (labels) => `${labels} city sounds, by the big ear`,
};

export function choiceWords({ id, labels }: Choice): string {
  return CHOICE_WORDS[id]?.(labels) ?? `${labels} sounds (${id})`;
}

/** What went wrong with a model that was to be added, where that is said otherwise; listening goes on without it. */
export const modelErrorTexts = {
  "model-fetch": "The model could not be loaded. Check your connection, then try again.",
  "wasm-fetch": "A part of this page could not be loaded. Check your connection, then try again.",
  "worker-crashed": "It could not be started: this device may be short of memory. Close other pages, then try again.",
} satisfies Partial<Record<ErrorCode | PageErrorCode, string>>;

/** What went wrong and what to do, in one or two sentences. */
export const errorTexts: Readonly<Record<ErrorCode | PageErrorCode, string>> = {
  "insecure-context": "The microphone works on secure pages only. Open this page by https, or on localhost.",
  unsupported: "This browser is too old for this page. Update it, or use a current Chrome, Edge, Firefox or Safari.",
  "permission-denied":
    "This page may not use the microphone. Allow it in the address bar's site settings, then start again.",
  "no-microphone": "No microphone was found. Plug one in, then start again.",
  "microphone-busy": "The microphone is in use by another program. Close that program, then start again.",
  "device-lost": "The microphone was unplugged or switched off. Connect it, then start again.",
  interrupted: "The system took the microphone away for a moment. Listening goes on when it is given back.",
  "model-fetch": "The model could not be loaded. Check your connection and reload the page.",
  "wasm-fetch": "A part of this page could not be loaded. Check your connection and reload the page.",
  "worker-crashed": "Something inside broke. Listening goes on by itself in a moment; anything else you can start again.",
  aborted: "Stopped.",
  "audio-rate": "This sound's sample rate is out of range. Use a file of 8 to 384 kHz.",
  "audio-non-finite": "The sound holds values that are not numbers. Try another microphone or file.",
  "audio-channels": "The channels of this sound cannot be read. Save it as mono or stereo and try again.",
  "audio-empty": "There is no sound in this file. Choose another one.",
  "audio-too-short": "This sound is too short. Use one that lasts longer.",
  config: "The page asked for something impossible. Reload it; if it happens again, please report it.",
  "model-format": "The model cannot be read. Reload the page; if it happens again, please report it.",
  "metadata-missing": "The model does not describe itself. Whoever runs this page must replace it.",
  "metadata-invalid": "The model describes itself wrongly. Whoever runs this page must replace it.",
  "metadata-version": "The model is made for another version of this page. Reload the page.",
  "model-mismatch": "The model and its description do not fit. Whoever runs this page must replace it.",
  limit: "This is more than the page can take in. Use a shorter sound.",
  inference: "The sound could not be worked out. Try again; if it happens again, please report it.",
  "head-format": "A part of the model cannot be read. Reload the page; if it happens again, please report it.",
  "head-mismatch": "Two parts of the model do not belong together. Whoever runs this page must replace them.",
  "model-damaged": "The model arrived damaged. Try again; if it happens again, please report it.",
  undecodable: "Your browser cannot read this file as sound. Use WAV, FLAC, MP3, Ogg or M4A.",
  "too-long": "This recording is longer than ten minutes. Use a shorter part of it.",
  unknown: "Something unexpected went wrong. Reload the page; if it happens again, please report it.",
};
