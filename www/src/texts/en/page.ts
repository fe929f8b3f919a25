// The frame of the page, the stage, and what several views share.

export const page = {
  listen: "Start listening",
  starting: "Starting…",
  stop: "Stop listening",
  stopSample: "Stop the sample",
  record: (seconds: string) => `Record ${seconds} seconds`,
  cancel: "Cancel",
  close: "Close",
  level: "Level",
  silence: "silence",
  decibels: (value: string) => `${value} dB`,

  loading: "One moment…",
  ready: "Ready",
  failed: "That did not work",
  listening: "Listening…",
  quiet: "Quiet",
  quietDetail: "No sound stands out",
  unknown: "Nothing I know",
  sure: (percent: string) => `${percent} sure`,
  unsure: "No label scores high enough",
  secondsLeft: (seconds: string) => `${seconds} s left`,
  fromMicrophone: "Microphone",
  fromRecording: "Your recording",
  fromSample: (name: string) => `Sample: ${name}`,
  lost: (seconds: string) => `${seconds} s of sound was lost: this device is too busy.`,
  processed: (names: string) => `Your browser still applies ${names}, which may make the results worse.`,

  /** The English intro is in index.html. */
  intro: undefined as { lead: string; privacy: string } | undefined,
  samplesTitle: "No microphone at hand? Try a sample:",
  samples: { siren: "Siren", bird: "Songbird", guitar: "Guitar" },

  privacy: "Sound never leaves this device.",
  dropHint: "Or drop an audio file here.",

  liveTitle: "Just now",
  since: (time: string) => `since ${time}`,
  recordingTitle: "In this recording",
  noSounds: "Sounds appear here as they are detected.",

  about: "About",

  tabsName: "Page views",
  tabs: { listen: "Listen", history: "History", files: "Files", teach: "Teach", models: "Models" },
  others: "All others",
  languageName: "Language",
};
