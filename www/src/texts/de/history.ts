// Die Ansicht „Verlauf“.

import { counted } from "../counted.js";
import type { history as english } from "../en/history.js";

export const history: typeof english = {
  title: "Verlauf",
  today: "Heute",
  previousDay: "Voriger Tag",
  nextDay: "Nächster Tag",
  empty: "Keine Geräusche an diesem Tag.",
  emptyAll: "Hier erscheinen Geräusche, sobald sie erkannt werden, mit Uhrzeit und Prozentwert.",
  start: "Zuhören starten",
  summary: (sounds, kinds) => `${counted(sounds, "Geräusch", "Geräusche")}, ${counted(kinds, "Art", "Arten")}`,
  filter: "Anzeigen",
  everything: "Alles",
  zoom: "Zeitraum",
  wholeDay: "Ganzer Tag",
  hour: (from, to) => `${from} – ${to}`,
  timeline: (sounds) =>
    `Zeitleiste mit ${counted(sounds, "Geräusch", "Geräuschen")}; die Liste darunter zeigt ${sounds === 1 ? "dasselbe" : "dieselben"}.`,
  counts: "Geräusche pro Stunde",
  label: "Geräusch",
  total: "Summe",
  list: "Alle Geräusche",
  now: "jetzt",
  seconds: (value) => `${value} s`,
  minutes: (value) => `${value} min`,
  hours: (value) => `${value} h`,
  play: (label, time) => `${label} um ${time} abspielen`,
  save: (label, time) => `${label} um ${time} als WAV speichern`,
  correct: (label, time) => `Richtig oder falsch? ${label} um ${time}`,
  remove: (label, time) => `${label} um ${time} löschen`,
  others: (labels) => `Auch erwogen: ${labels}`,
  more: (count) => `${counted(count, "weiteres", "weitere")} anzeigen`,
  keep: "Zu jedem Geräusch 4 Sekunden Ton speichern",
  keepHelp: (clips, size) =>
    `Standardmäßig aus. Der Ton bleibt auf diesem Gerät, in diesem Browser: höchstens ${clips} Ausschnitte (etwa ${size}); die ältesten werden zuerst gelöscht.`,
  keepMost: "Höchstzahl der Ausschnitte",
  used: (size) => `Diese Seite belegt ${size} Speicher.`,
  exported: "Speichern",
  exportedDay: "diesen Tag",
  exportedAll: "alles",
  removeAll: "Alles löschen …",
  removeAllAsk: "Den ganzen Verlauf mit allen gespeicherten Aufnahmen löschen? Das lässt sich nicht rückgängig machen.",
  removeAllDo: "Alles löschen",
  cancel: "Abbrechen",
  notLasting:
    "Dein Browser speichert für diese Seite nichts (vielleicht, weil dies ein privates Fenster ist). Erkannte Geräusche bleiben hier, bis du die Seite schließt; speichere sie vorher.",
  cleared:
    "Der Browser hat gelöscht, was diese Seite gespeichert hatte, vielleicht weil ihre Daten gelöscht wurden. Neue Geräusche werden wieder gespeichert.",
  troubles: {
    "audio-dropped":
      "Für den Ton ist kein Platz mehr: Das Geräusch ist im Verlauf, sein Ton nicht. Lösch einen Teil des Verlaufs oder schaff Platz auf diesem Gerät.",
    "not-kept":
      "Ein Geräusch ließ sich nicht speichern: Der Speicher dieses Geräts ist voll oder gesperrt. Schaff Platz, oder speichere den Verlauf und lösch ihn danach.",
  },
};
