// Was mit kurzen Aufnahmen kommt.

import type { recordings as english } from "../en/recordings.js";

export const recordings: typeof english = {
  recording: "Aufnahme läuft\u00a0…",
  play: "Abspielen",
  stopPlaying: "Stopp",
  download: "Als WAV speichern",
};
