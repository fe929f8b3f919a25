// The picture of the sound while the page listens, and its axes.

export const picture = {
  name: "Spectrogram: time from left to right, pitch from low to high, loudness as brightness",
  now: "now",
  hertz: "Hz",
};
