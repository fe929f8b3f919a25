// What comes with short recordings.

export const recordings = {
  recording: "Recording…",
  play: "Play",
  stopPlaying: "Stop",
  download: "Save as WAV",
};
