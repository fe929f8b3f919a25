// The frame of the page, the stage, the view "About", and what several views share.

export const page = {
  listen: "Start listening",
  starting: "Starting…",
  stop: "Stop listening",
  stopSample: "Stop the sample",
  record: (seconds: string) => `Record ${seconds} seconds`,
  cancel: "Cancel",
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
  recording: "Recording…",
  quiet: "Quiet",
  quietDetail: "Too quiet to name a sound",
  unknown: "Nothing I know",
  sure: (percent: string) => `${percent} sure`,
  unsure: "None of the sounds I know",
  secondsLeft: (seconds: string) => `${seconds} s left`,
  fromMicrophone: "Microphone",
  fromRecording: "Your recording",
  fromSample: (name: string) => `Sample: ${name}`,
  lost: (seconds: string) => `${seconds} s of sound was lost: this device is too busy.`,
  processed: (names: string) => `Your browser still applies ${names}, which may make the results worse.`,

  loadingModel: (loaded: string, total: string) => `${loaded.replace(" MB", "")} of ${total}`,
  gettingReady: "Getting ready…",
  listensFor: "Listens for",

  introLead: "Start listening, and this page names the sounds around you.",
  introPrivacy: "Everything runs in your browser: no sound, and nothing about it, leaves this device.",
  samplesTitle: "No microphone at hand? Try a sample:",
  samples: { siren: "Siren", bird: "Songbird", guitar: "Guitar" },

  privacy: "Sound never leaves this device.",
  dropHint: "Or drop an audio file here.",
  spectrogram: "Spectrogram: time from left to right, pitch from low to high, loudness as brightness",
  now: "now",
  hertz: "Hz",

  liveTitle: "Just now",
  since: (time: string) => `since ${time}`,
  recordingTitle: "In this recording",
  noSounds: "Sounds appear here as they are detected.",

  about: "About",
  aboutText: [
    "This page listens through the microphone and names the sounds around you. Everything runs in your browser: no sound, and nothing about it, is sent anywhere.",
    "It knows only the sounds listed under Models, and it makes mistakes. Do not rely on it where safety matters.",
  ],
  facts: {
    model: "Model",
    labels: "Sounds",
    kinds: (labels: number, groups: number) => `${labels} kinds of sound in ${groups} groups`,
    trainingData: "Trained on",
    folds: "Evaluated on",
    accuracy: "Accuracy",
    licence: "Licence of the model",
  },

  /** The site's models with their number of labels, by the `id` of the choice. */
  choices: {
    everyday: (labels) => `${labels} everyday sounds`,
    "everyday+urban": (labels) => `${labels} everyday and urban sounds`,
    "urban-tiny": (labels) => `${labels} urban sounds, tiny`,
  } as Readonly<Record<string, (labels: number) => string>>,
  otherChoice: (labels: number, id: string) => `${labels} sounds (${id})`,

  tabsName: "Views of the page",
  tabs: { listen: "Listen", history: "History", files: "Files", models: "Models" },
  others: "All others",
  formats: { csv: "CSV", json: "JSON", audacity: "Audacity labels" },
  languageName: "Language",
};
