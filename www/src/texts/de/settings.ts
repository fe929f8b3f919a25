// Die Einstellungen beim Zuhören.

import type { settings as english } from "../en/settings.js";

export const settings: typeof english = {
  seconds: (value) => `${value} s`,
  own: (value) => `Vorgabe des Modells: ${value}.`,
  reset: "Auf die Vorgaben des Modells zurücksetzen",
  sliders: {
    hopSeconds: { title: "Aktualisieren alle", help: "Kürzere Abstände reagieren früher und brauchen mehr Akku." },
    smoothingSeconds: { title: "Mitteln über", help: "Länger ist ruhiger, kürzer folgt schnellen Wechseln." },
    eventOn: { title: "Geräusche festhalten ab", help: "Diesen Wert muss ein Geräusch erreichen, um in die Liste und den Verlauf zu kommen." },
    rejectionThreshold: {
      title: "„Nichts, was ich kenne“ unter",
      help: "Erreicht kein Geräusch diesen Wert, wird keines genannt.",
    },
  },
  wakeLock: "Bildschirm beim Zuhören anlassen",
  wakeLockUnsupported: "Bildschirm beim Zuhören anlassen (dieser Browser kann es nicht)",
  alerts: "Sag mir Bescheid bei",
  alertsHelp: "Du bekommst einmal Bescheid, wenn ein angekreuztes Geräusch beginnt.",
  noWay: "Wähl mindestens eines davon, sonst bekommst du nicht Bescheid.",
  noSound: "Kreuz unten die Geräusche an, bei denen du Bescheid bekommen willst.",
  pauseName: "Dasselbe Geräusch frühestens wieder melden nach",
  pause: (seconds) => {
    if (seconds < 60) return `${seconds} Sekunden`;
    if (seconds < 3600) return seconds === 60 ? "1 Minute" : `${seconds / 60} Minuten`;
    return seconds === 3600 ? "1 Stunde" : `${seconds / 3600} Stunden`;
  },
  groups: "Diese Gruppen anzeigen",
  groupsHelp: "Geräusche der anderen Gruppen werden weder angezeigt noch gespeichert, und du wirst nicht auf sie hingewiesen.",
  notify: "Mit einer Benachrichtigung",
  sound: "Mit einem kurzen Ton (das Mikrofon kann ihn aufnehmen)",
  notifyDenied: "Der Browser erlaubt dieser Seite keine Benachrichtigungen. Erlaube sie in den Website-Einstellungen.",
  notifyUnsupported:
    "Dieser Browser hat für diese Seite keine Benachrichtigungen. Füg die Seite auf einem iPhone zuerst zum Home-Bildschirm hinzu.",
  search: "Geräusch oder Gruppe suchen",
  tickFound: "Gefundene ankreuzen",
  untickFound: "Gefundene abwählen",
};
