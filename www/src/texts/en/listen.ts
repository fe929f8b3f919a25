// Listening: the microphone, its hints, and what the page does about losing it.

export const listen = {
  title: "What is that sound?",
  stageName: "What is heard",
  scoresName: "Likeliest sounds",
  pause: "Pause",
  resume: "Go on",
  paused: "Paused",
  pausedDetail: "The microphone is off until you go on.",
  pausedSample: "The sample goes on when you do.",
  waiting: "Waiting for the microphone…",
  waitingDetail: "Listening goes on by itself as soon as it can.",
  microphone: "Microphone",
  systemMicrophone: "The system's choice",
  microphoneNumber: (n: number) => `Microphone ${n}`,
  microphoneAbsent: "The one chosen before (not connected)",
  fellBack: "The microphone that you chose is not connected; the system's choice is used instead.",
  missed: (time: string) =>
    `While this page was out of sight the browser held it back: ${time} of sound were not heard. Keep it in a window of its own, or in sight, to miss nothing.`,
  heardAt: (time: string) => `Heard at ${time}`,
  allSounds: "All sounds",
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
  history: "All of the history",
  levelHints: {
    clipped: "Too loud: the sound is cut off. Move away from it, or turn the input down.",
    quiet: "Very quiet: move closer to the sound, or turn the input up.",
    dead: "No sound at all: is the microphone muted or switched off?",
  },
  /** What a browser lacks that listening cannot do without. */
  unsupported: {
    "microphone access":
      "This browser gives pages no microphone. Inside another app's browser, open this page in Safari, Chrome or Firefox instead.",
    AudioWorklet: "This browser cannot hand sound to a page (it lacks AudioWorklet). Update it, or use a current Chrome, Edge, Firefox or Safari.",
    WebAssembly: "WebAssembly is switched off or missing in this browser; a lockdown mode may do that. Switch it on for this page, or use another browser.",
    "WebAssembly SIMD":
      "This browser, or this device's processor, is too old for the arithmetic needed (WebAssembly SIMD). Update the browser: Chrome 91, Firefox 89 or Safari 16.4 and later have it.",
  },
};
