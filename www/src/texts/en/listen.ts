// The view "Listen": the microphone, and what happens when it is lost.

export const listen = {
  title: "What is that sound?",
  stageName: "Current sound",
  scoresName: "Most likely sounds",
  pause: "Pause",
  resume: "Resume",
  paused: "Paused",
  pausedDetail: "The microphone stays open; nothing is analysed.",
  pausedSample: "The sample continues when you resume.",
  waiting: "Waiting for the microphone…",
  waitingDetail: "Listening resumes by itself as soon as possible.",
  microphone: "Microphone",
  systemMicrophone: "System default",
  microphoneNumber: (n: number) => `Microphone ${n}`,
  microphoneAbsent: "Previously chosen (not connected)",
  fellBack: "The microphone you chose is not connected; the system default is used instead.",
  channelTaken: (channel: number) => `Only channel ${channel} of the input is used: mixed, the channels would cancel or weaken each other.`,
  lostInCrash: (seconds: string) => `The sound analysis crashed and was started again: ${seconds} s of sound was lost.`,
  allSounds: "All sounds",
  settings: "Settings",
  history: "Full history",
  /** Required features that a browser may lack. */
  unsupported: {
    "microphone access":
      "This browser gives pages no access to the microphone. Inside another app? Open this page in Safari, Chrome or Firefox.",
    AudioWorklet: "This browser lacks AudioWorklet. Update it, or use a current Chrome, Edge, Firefox or Safari.",
    WebAssembly: "WebAssembly is off or missing in this browser, perhaps because of a lockdown mode. Switch it on for this page, or use another browser.",
    "WebAssembly SIMD":
      "This browser or device lacks WebAssembly SIMD. Chrome 91, Firefox 89 and Safari 16.4 have it.",
  },
};
