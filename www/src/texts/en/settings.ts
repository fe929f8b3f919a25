// The settings of listening.

export const settings = {
  title: "Settings",
  seconds: (value: string) => `${value} s`,
  own: (value: string) => `The model's own: ${value}.`,
  reset: "Back to the model's own values",
  sliders: {
    hopSeconds: { title: "Answer every", help: "Shorter answers sooner and uses more battery." },
    smoothingSeconds: { title: "Average over", help: "Longer is steadier; shorter follows quick changes." },
    eventOn: { title: "Note a sound from", help: "How sure it must be before a sound goes into the list and the history." },
    rejectionThreshold: {
      title: "Say “Nothing I know” below",
      help: "When no sound reaches this, none is named.",
    },
  },
  wakeLock: "Keep the screen on while listening",
  wakeLockUnsupported: "Keep the screen on while listening (this browser cannot)",
  alerts: "Tell me about",
  alertsHelp: "The sounds ticked here are told when they begin, each at most every 20 seconds.",
  notify: "By a notification",
  sound: "By a short tone (the microphone may hear it too)",
  notifyDenied: "The browser does not allow notifications for this page. Allow them in its site settings.",
  notifyUnsupported: "This browser has no notifications for this page. On an iPhone, add it to the home screen first.",
  search: "Find a sound",
};
