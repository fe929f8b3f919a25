// Der Rahmen der Seite, die Bühne, die Ansicht „Über diese Seite“ und was mehrere Ansichten gemeinsam haben.

import type { page as english } from "../en/page.js";

export const page: typeof english = {
  listen: "Zuhören starten",
  starting: "Es geht los\u00a0…",
  stop: "Zuhören beenden",
  stopSample: "Beispiel beenden",
  record: (seconds) => `${comma(seconds)}\u00a0Sekunden aufnehmen`,
  cancel: "Abbrechen",
  play: "Abspielen",
  stopPlaying: "Anhalten",
  download: "Als WAV speichern",
  level: "Pegel",
  silence: "Stille",
  decibels: (value) => `${value}\u00a0dB`,

  loading: "Einen Moment\u00a0…",
  ready: "Bereit",
  failed: "Das hat nicht geklappt",
  listening: "Ich höre zu\u00a0…",
  working: "Wird ausgewertet\u00a0…",
  recording: "Aufnahme läuft\u00a0…",
  quiet: "Ruhe",
  quietDetail: "Kein Geräusch, das sich benennen ließe",
  unknown: "Nichts, was ich kenne",
  sure: (percent) => `Zu ${percent.replace(/\s?%/, "\u202f%")} sicher`,
  unsure: "Keines der Geräusche, die ich kenne",
  secondsLeft: (seconds) => `Noch ${comma(seconds)}\u00a0s`,
  fromMicrophone: "Mikrofon",
  fromRecording: "Deine Aufnahme",
  fromSample: (name) => `Beispiel: ${name}`,
  lost: (seconds) => `${comma(seconds)}\u00a0s Ton gingen verloren: Dieses Gerät hat zu viel zu tun`,
  processed: (names) =>
    `Dein Browser verändert den Ton noch (${processingNames(names)}); das kann die Ergebnisse verschlechtern.`,

  loadingModel: (loaded, total) => `${comma(loaded.replace(/\sMB/, ""))} von ${comma(total)}`,
  gettingReady: "Wird vorbereitet\u00a0…",
  listensFor: "Achtet auf",

  introLead: "Starte das Zuhören, und diese Seite benennt die Geräusche um dich herum.",
  introPrivacy: "Alles läuft in deinem Browser: Kein Ton und nichts darüber verlässt dieses Gerät.",
  samplesTitle: "Kein Mikrofon zur Hand? Probier ein Beispiel aus:",
  samples: { siren: "Sirene", bird: "Singvogel", guitar: "Gitarre" },

  privacy: "Kein Ton verlässt dieses Gerät.",
  dropHint: "Oder zieh eine Audiodatei hierher.",
  spectrogram:
    "Spektrogramm: die Zeit von links nach rechts, die Tonhöhe von tief nach hoch, die Lautstärke als Helligkeit",
  now: "jetzt",
  hertz: "Hz",

  liveTitle: "Gerade eben",
  since: (time) => `seit ${time}`,
  recordingTitle: "In dieser Aufnahme",
  noSounds: "Hier erscheinen Geräusche, sobald sie erkannt werden.",

  about: "Über diese Seite",
  aboutText: [
    "Diese Seite hört über das Mikrofon zu und benennt das Geräusch. Alles wird in deinem Browser berechnet: Kein Ton und nichts darüber wird irgendwohin geschickt.",
    "Sie kennt nur die Geräusche, die unter Modelle stehen, und sie macht Fehler. Verlass dich nicht auf sie, wo es um Sicherheit geht.",
  ],
  facts: {
    model: "Modell",
    labels: "Kennt",
    kinds: (labels, groups) => `${labels}\u00a0Arten von Geräuschen in ${groups}\u00a0Gruppen`,
    trainingData: "Gelernt aus",
    folds: "Geprüft mit",
    accuracy: "Genauigkeit",
    licence: "Lizenz des Modells",
  },

  choices: {
    everyday: (labels) => `${labels}\u00a0Alltagsgeräusche`,
    "everyday+urban": (labels) => `${labels}\u00a0Alltags- und Stadtgeräusche`,
    "urban-tiny": (labels) => `${labels}\u00a0Stadtgeräusche, klein`,
  },
  otherChoice: (labels, id) => `${labels}\u00a0Geräusche (${id})`,

  tabsName: "Bereiche der Seite",
  tabs: { listen: "Zuhören", history: "Verlauf", files: "Dateien", models: "Modelle" },
  others: "Alle anderen",
  formats: { csv: "CSV", json: "JSON", audacity: "Audacity-Textmarken" },
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
