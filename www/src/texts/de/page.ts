// Der Rahmen der Seite, die Bühne und was mehrere Ansichten gemeinsam haben.

import type { page as english } from "../en/page.js";

export const page: typeof english = {
  listen: "Zuhören starten",
  starting: "Es geht los\u00a0…",
  stop: "Zuhören beenden",
  stopSample: "Beispiel beenden",
  record: (seconds) => `${comma(seconds)}\u00a0Sekunden aufnehmen`,
  cancel: "Abbrechen",
  close: "Schließen",
  level: "Pegel",
  silence: "Stille",
  decibels: (value) => `${value}\u00a0dB`,

  loading: "Einen Moment\u00a0…",
  ready: "Bereit",
  failed: "Das hat nicht geklappt",
  listening: "Ich höre zu\u00a0…",
  quiet: "Ruhe",
  quietDetail: "Kein Geräusch sticht hervor",
  unknown: "Nichts, was ich kenne",
  sure: (percent) => `Zu ${percent.replace(/\s?%/, "\u202f%")} sicher`,
  unsure: "Keine Bezeichnung passt gut genug",
  secondsLeft: (seconds) => `Noch ${comma(seconds)}\u00a0s`,
  fromMicrophone: "Mikrofon",
  fromRecording: "Deine Aufnahme",
  fromSample: (name) => `Beispiel: ${name}`,
  lost: (seconds) => `${comma(seconds)}\u00a0s Ton gingen verloren: Dieses Gerät ist überlastet.`,
  processed: (names) =>
    `Dein Browser verändert den Ton noch (${processingNames(names)}); das kann die Ergebnisse verschlechtern.`,

  intro: {
    lead: "Starte das Zuhören, und diese Seite benennt die Geräusche um dich herum.",
    privacy: "Alles läuft in deinem Browser: Weder Ton noch Angaben dazu verlassen dieses Gerät.",
  },
  samplesTitle: "Kein Mikrofon zur Hand? Probier ein Beispiel aus:",
  samples: { siren: "Sirene", bird: "Singvogel", guitar: "Gitarre" },

  privacy: "Kein Ton verlässt dieses Gerät.",
  dropHint: "Oder zieh eine Audiodatei hierher.",

  liveTitle: "Gerade eben",
  since: (time) => `seit ${time}`,
  recordingTitle: "In dieser Aufnahme",
  noSounds: "Hier erscheinen Geräusche, sobald sie erkannt werden.",

  about: "Über diese Seite",

  tabsName: "Ansichten der Seite",
  tabs: { listen: "Zuhören", history: "Verlauf", files: "Dateien", teach: "Anlernen", models: "Modelle" },
  others: "Alle anderen",
  languageName: "Sprache",
};

function comma(number: string): string {
  return number.replace(".", ",");
}

function processingNames(names: string): string {
  return names
    .replace("echoCancellation", "Echounterdrückung")
    .replace("noiseSuppression", "Rauschunterdrückung")
    .replace("autoGainControl", "automatische Verstärkung");
}
