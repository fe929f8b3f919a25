// What comes with the settings: alerts, the full screen, hints on the level, and the notice of a page that was slowed down.

export const details = {
  detectedAt: (time: string) => `Detected at ${time}`,
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
  missed: (time: string) =>
    `The browser slowed this page down while it was hidden: ${time} of sound was missed. Keep the page visible or in a separate window.`,
  levelHints: {
    clipped: "Too loud: the input is clipped. Move away from the sound, or turn the input level down.",
    quiet: "Very quiet: move closer to the sound, or turn the input level up.",
    dead: "No sound at all: is the microphone muted or switched off?",
  },
};
