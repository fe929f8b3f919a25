// The settings of listening.

export const settings = {
  seconds: (value: string) => `${value} s`,
  own: (value: string) => `Model default: ${value}.`,
  reset: "Reset to the model's defaults",
  sliders: {
    hopSeconds: { title: "Update every", help: "Shorter intervals react sooner and use more battery." },
    smoothingSeconds: { title: "Average over", help: "Longer is steadier; shorter follows quick changes." },
    eventOn: { title: "Log sounds from", help: "The score that a sound must reach to enter the list and the history." },
    rejectionThreshold: {
      title: "Say “Nothing I know” below",
      help: "If no score reaches this, no sound is named.",
    },
  },
  wakeLock: "Keep the screen on while listening",
  wakeLockUnsupported: "Keep the screen on while listening (this browser cannot)",
  alerts: "Alert me to",
  alertsHelp: "You are alerted once when a ticked sound starts.",
  noWay: "Choose at least one of these, or there will be no alerts.",
  noSound: "Tick the sounds below that you want to be alerted to.",
  pauseName: "Do not repeat an alert for the same sound for",
  pause: (seconds: number) => {
    if (seconds < 60) return `${seconds} seconds`;
    if (seconds < 3600) return seconds === 60 ? "1 minute" : `${seconds / 60} minutes`;
    return seconds === 3600 ? "1 hour" : `${seconds / 3600} hours`;
  },
  groups: "Show these groups",
  groupsHelp: "Sounds of the other groups are neither shown nor saved, and you are not alerted to them.",
  notify: "With a notification",
  sound: "With a short tone (the microphone may pick it up)",
  notifyDenied: "The browser does not allow notifications for this page. Allow them in its site settings.",
  notifyUnsupported: "This browser does not support notifications for this page. On an iPhone, add the page to the home screen first.",
  search: "Find a sound or a group",
  tickFound: "Tick all found",
  untickFound: "Untick all found",
};
