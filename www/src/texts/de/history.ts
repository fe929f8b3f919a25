// Die Ansicht „Verlauf“.

import type { history as english } from "../en/history.js";

export const history: typeof english = {
  title: "Verlauf",
  today: "Heute",
  previousDay: "Tag davor",
  nextDay: "Tag danach",
  empty: "Keine Geräusche an diesem Tag.",
  emptyAll: "Hier erscheinen erkannte Geräusche mit Uhrzeit und Sicherheit.",
  start: "Zuhören",
  summary: (sounds, kinds) =>
    `${sounds} ${sounds === 1 ? "Geräusch" : "Geräusche"} ${kinds === 1 ? "einer Art" : `${kinds} verschiedener Arten`}`,
  filter: "Zeigen",
  everything: "Alles",
  zoom: "Zeitraum",
  wholeDay: "Ganzer Tag",
  hour: (from, to) => `${from} – ${to}`,
  timeline: (sounds) => `Zeitleiste mit ${sounds} Geräuschen; die Liste darunter zeigt dieselben.`,
  counts: "Anzahl je Stunde",
  label: "Geräusch",
  total: "Summe",
  list: "Jedes Geräusch",
  now: "jetzt",
  seconds: (value) => `${value} s`,
  minutes: (value) => `${value} min`,
  play: (label, time) => `${label} um ${time} abspielen`,
  stop: "Anhalten",
  save: (label, time) => `${label} um ${time} als WAV sichern`,
  remove: (label, time) => `${label} um ${time} löschen`,
  more: (count) => `${count} weitere zeigen`,
  keep: "Zu jedem Geräusch 4 Sekunden Ton behalten",
  keepHelp: (clips, size) =>
    `Aus, solange du es nicht einschaltest. Der Ton bleibt auf diesem Gerät, in diesem Browser: höchstens ${clips} Ausschnitte (etwa ${size}); die ältesten werden zuerst gelöscht.`,
  keepMost: "Ausschnitte höchstens",
  used: (size) => `Diese Seite belegt ${size} Speicher.`,
  exported: "Sichern",
  exportedDay: "dieser Tag",
  exportedAll: "alles",
  removeAll: "Alles löschen …",
  removeAllAsk: "Den ganzen Verlauf samt allen gespeicherten Aufnahmen löschen? Das lässt sich nicht rückgängig machen.",
  removeAllDo: "Alles löschen",
  cancel: "Abbrechen",
  notLasting:
    "Dein Browser speichert für diese Seite nichts (vielleicht ein privates Fenster). Erkannte Geräusche stehen hier, bis du sie schließt: Sichere sie vorher.",
  troubles: {
    "audio-dropped":
      "Für Ton ist kein Platz mehr: Das Geräusch ist festgehalten, sein Ton nicht. Lösch etwas aus dem Verlauf oder mach auf diesem Gerät Platz.",
    "not-kept":
      "Ein Geräusch ließ sich nicht in den Verlauf schreiben: Der Speicher dieses Geräts ist voll oder gesperrt. Mach Platz, oder sichere den Verlauf und lösch ihn.",
  },
};
