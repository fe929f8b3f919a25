// The view "Models".

import type { AnyErrorCode } from "../codes.js";
import { counted } from "../counted.js";

export const models = {
  title: "Models",
  /** Short names of the site's models, by the `id` of the choice. */
  names: {
    everyday: "Everyday",
    "everyday+urban": "Urban",
    "urban-tiny": "Urban, tiny",
  } as Readonly<Record<string, string>>,
  /** What each is for, and the terms of use, by the same `id`. */
  about: {
    everyday: { what: "Speech, music, animals, machines and the rest of an ordinary day.", terms: "Free for any use, including commercial use (MIT)." },
    "everyday+urban": { what: "Like Everyday, but tells ten street sounds apart more precisely.", terms: "For non-commercial use only." },
    "urban-tiny": { what: "The small network of a study: ten street sounds and nothing else.", terms: "For non-commercial use only." },
  } as Readonly<Record<string, { what: string; terms: string }>>,
  sounds: (labels: number) => counted(labels, "sound", "sounds"),
  inUse: "In use",
  use: "Use this",
  cancel: "Cancel",
  remove: "Remove",
  loading: (loaded: string, total: string) => `${loaded.replace(" MB", "")} of ${total}`,
  gettingReady: "Getting ready…",

  listensFor: "Listens for",
  /** The site's models with their number of labels, by the `id` of the choice. */
  choices: {
    everyday: (labels) => `${labels} everyday sounds`,
    "everyday+urban": (labels) => `${labels} everyday and urban sounds`,
    "urban-tiny": (labels) => `${labels} urban sounds, tiny`,
  } as Readonly<Record<string, (labels: number) => string>>,
  otherChoice: (labels: number, id: string) => `${counted(labels, "sound", "sounds")} (${id})`,

  facts: {
    model: "Model",
    labels: "Sounds",
    kinds: (labels: number, groups: number) => `${counted(labels, "kind", "kinds")} of sound in ${counted(groups, "group", "groups")}`,
    trainingData: "Trained on",
    folds: "Evaluated on",
    accuracy: "Accuracy",
    licence: "Licence of the model",
  },

  /** Other texts for errors when another model could not be loaded and the page keeps the one in use. */
  errors: {
    "model-fetch": "The model could not be loaded. Check your connection, then try again.",
    "wasm-fetch": "Part of this page could not be loaded. Check your connection, then try again.",
    "worker-crashed": "The model could not be started: this device may be short of memory. Close other pages, then try again.",
  } satisfies Partial<Record<AnyErrorCode, string>>,

  own: "Your own",
  ownChoice: (labels: number, name: string) => `${counted(labels, "sound", "sounds")} (${name}, your own)`,
  openOwn: "Open your own model",
  ownHint: "An .onnx file of up to 200 MB that contains its own description. It stays on this device.",
  opening: (file: string) => `Opening ${file}…`,
  kept: (name: string) => `${name} is in use and saved in this browser for next time.`,
  notKept: (name: string) => `${name} is in use. This browser cannot save it: open its file again next time.`,

  size: "Size",
  engine: "Engine",
  general: "Runs on the general engine",
  digest: "SHA-256",
  digestOf: (name: string, digest: string) => `${name}: ${digest}`,
  card: "Model card",
  cardLoading: "One moment…",
  cardFailed: "The card could not be loaded. Check your connection, then open it again.",

  /** What is wrong with a file that the user opened. */
  problems: {
    "model-fetch": "This is a web page, not a model.",
    "model-format": "This is not an ONNX file that can be run here.",
    "model-operators": "This page cannot run this model: it has unknown operators.",
    "wasm-fetch": "This model needs the general engine, which could not be loaded. Check your connection, then try again.",
    "metadata-missing": "This model's description is incomplete.",
    "metadata-invalid": "This model's description contains an invalid value.",
    "metadata-version": "This model's description is in another version of the format.",
    "model-mismatch": "The network in this file does not match its description.",
    "head-format": "This is not a head that the page can read.",
    "head-mismatch": "This head was made for another model.",
    limit: "Something in this file is larger than the page can handle.",
    inference: "This model failed when it was run.",
    unknown: "This file cannot be used.",
  } satisfies Partial<Record<AnyErrorCode, string>>,

  keysTitle: "What a model's description must contain",
  keysIntro:
    "An ONNX file runs here if its metadata_props contain the keys below, each with sourcing_sound. in front of it. All values are text: lists as JSON, switches as true or false. The input is [1, 1, n_mels, segment_frames]; the first output has one number per label.",
  keys: {
    "About the model": {
      format_version: "1",
      name: "a short name",
      description: "one sentence on what it recognises",
      labels: "a list of names, in the order of the outputs",
      training_data: "what it was trained on",
      folds: "what was used for training, and what was left out for evaluation",
      accuracy: "measured accuracy, with the number of clips",
      licence: "terms of use of the weights",
      config_hash: "a hash of the training settings",
    },
    Input: {
      sample_rate: "Hz",
      n_fft: "samples per transform",
      win_length: "samples per window",
      hop_length: "samples from one column to the next",
      window: "hann or hann_symmetric",
      center: "whether columns are centred",
      power: "1 for magnitudes, 2 for powers",
      n_mels: "mel bands",
      f_min: "Hz of the lowest band's lower edge",
      f_max: "Hz of the highest band's upper edge",
      mel_scale: "slaney, htk or kaldi",
      norm: "slaney or none",
      log: "decibel or natural",
      log_offset: "is added before the logarithm",
      mean: "is subtracted from every value",
      std: "then divides every value",
    },
    "Scores and events": {
      segment_frames: "columns per segment",
      hop_seconds: "seconds from one segment to the next",
      padding: "silence or silence_either_side",
      activation: "softmax, sigmoid or none",
      temperature: "divides the outputs",
      rejection_threshold: "a segment whose best score is lower is rejected",
      smoothing_seconds: "seconds over which scores are averaged",
      event_on: "score at which an event starts",
      event_off: "score below which an event ends",
    },
    Optional: {
      other_threshold: "threshold of one more output, which means none of the labels",
      pre_emphasis: "above 0, below 1; raises high frequencies first",
      pad_mode: "constant or reflect, if columns are centred",
      framing: "librosa or tensorflow",
      mel_triangles: "hertz or mel",
      patch_frames: "columns per patch, if the network runs on patches",
      patch_hop_frames: "columns from one patch to the next",
      embedding_size: "size of a second output, which heads use",
      groups: "a list of {name, icon}",
      label_groups: "for each label the position of its group",
      label_parents: "for each label the positions of more general ones",
    },
  } as Readonly<Record<string, Readonly<Record<string, string>>>>,
};
