// Die Einstellungen beim Zuhören.

import type { settings as english } from "../en/settings.js";

export const settings: typeof english = {
  title: "Einstellungen",
  seconds: (value) => `${value} s`,
  own: (value) => `Vom Modell vorgesehen: ${value}.`,
  reset: "Zurück zu den Werten des Modells",
  sliders: {
    hopSeconds: { title: "Antworten alle", help: "Kürzer antwortet früher und braucht mehr Akku." },
    smoothingSeconds: { title: "Mitteln über", help: "Länger ist ruhiger, kürzer folgt schnellen Wechseln." },
    eventOn: { title: "Geräusch festhalten ab", help: "So sicher muss es sein, bevor ein Geräusch in Liste und Verlauf kommt." },
    rejectionThreshold: {
      title: "„Nichts, was ich kenne“ unter",
      help: "Erreicht kein Geräusch diesen Wert, wird keines genannt.",
    },
  },
  wakeLock: "Bildschirm beim Zuhören anlassen",
  wakeLockUnsupported: "Bildschirm beim Zuhören anlassen (dieser Browser kann es nicht)",
  alerts: "Sag mir Bescheid bei",
  alertsHelp: "Die hier angekreuzten Geräusche werden gemeldet, wenn sie beginnen, jedes höchstens alle 20 Sekunden.",
  notify: "Mit einer Benachrichtigung",
  sound: "Mit einem kurzen Ton (das Mikrofon kann ihn mithören)",
  notifyDenied: "Der Browser erlaubt dieser Seite keine Benachrichtigungen. Erlaube sie in seinen Einstellungen zur Seite.",
  notifyUnsupported:
    "Dieser Browser kennt für diese Seite keine Benachrichtigungen. Auf einem iPhone leg sie zuerst auf den Home-Bildschirm.",
  search: "Geräusch suchen",
};
