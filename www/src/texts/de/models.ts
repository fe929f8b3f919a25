// Die Ansicht „Modelle“.

import type { AnyErrorCode } from "../codes.js";
import { counted } from "../counted.js";

export const models = {
  title: "Modelle",
  names: {
    everyday: "Alltag",
    "everyday+urban": "Stadt",
    "urban-tiny": "Stadt, klein",
  } as Readonly<Record<string, string>>,
  about: {
    everyday: { what: "Sprache, Musik, Tiere, Maschinen und was sonst zu einem gewöhnlichen Tag gehört.", terms: "Frei für jeden Zweck, auch gewerblich (MIT)." },
    "everyday+urban": { what: "Wie Alltag, unterscheidet aber zehn Straßengeräusche genauer.", terms: "Nur für nichtgewerbliche Zwecke." },
    "urban-tiny": { what: "Das kleine Netz einer Studie: zehn Straßengeräusche, sonst nichts.", terms: "Nur für nichtgewerbliche Zwecke." },
  } as Readonly<Record<string, { what: string; terms: string }>>,
  sounds: (labels: number) => counted(labels, "Geräusch", "Geräusche"),
  inUse: "Aktiv",
  use: "Verwenden",
  cancel: "Abbrechen",
  remove: "Entfernen",
  loading: (loaded: string, total: string) => `${loaded.replace(" MB", "")} von ${total}`,
  gettingReady: "Wird vorbereitet\u00a0…",

  listensFor: "Erkennt",
  choices: {
    everyday: (labels) => `${labels}\u00a0Alltagsgeräusche`,
    "everyday+urban": (labels) => `${labels}\u00a0Alltags- und Stadtgeräusche`,
    "urban-tiny": (labels) => `${labels}\u00a0Stadtgeräusche, klein`,
  } as Readonly<Record<string, (labels: number) => string>>,
  otherChoice: (labels: number, id: string) => `${labels}\u00a0${labels === 1 ? "Geräusch" : "Geräusche"} (${id})`,

  facts: {
    model: "Modell",
    labels: "Geräusche",
    kinds: (labels: number, groups: number) => 
      `${labels}\u00a0${labels === 1 ? "Art" : "Arten"} von Geräuschen in ${groups}\u00a0${groups === 1 ? "Gruppe" : "Gruppen"}`,
    trainingData: "Trainiert mit",
    folds: "Geprüft mit",
    accuracy: "Genauigkeit",
    licence: "Lizenz des Modells",
  },

  errors: {
    "model-fetch": "Das Modell konnte nicht geladen werden. Prüf deine Verbindung und versuch es dann noch einmal.",
    "wasm-fetch":
      "Ein Teil dieser Seite konnte nicht geladen werden. Prüf deine Verbindung und versuch es dann noch einmal.",
    "worker-crashed":
      "Das Modell ließ sich nicht starten: Vielleicht hat dieses Gerät zu wenig Speicher. Schließ andere Seiten und versuch es dann noch einmal.",
  } satisfies Partial<Record<AnyErrorCode, string>>,

  own: "Deine eigenen",
  ownChoice: (labels: number, name: string) => `${counted(labels, "Geräusch", "Geräusche")} (${name}, dein eigenes Modell)`,
  openOwn: "Eigenes Modell öffnen",
  ownHint: "Eine .onnx-Datei bis 200 MB, die ihre eigene Beschreibung enthält. Sie bleibt auf diesem Gerät.",
  opening: (file: string) => `${file} wird geöffnet\u00a0…`,
  kept: (name: string) => `${name} ist aktiv und in diesem Browser für das nächste Mal gespeichert.`,
  notKept: (name: string) =>
    `${name} ist aktiv. Dieser Browser kann es nicht speichern: Öffne die Datei beim nächsten Mal wieder.`,

  size: "Größe",
  engine: "Engine",
  general: "Läuft mit der allgemeinen Engine",
  digest: "SHA-256",
  digestOf: (name: string, digest: string) => `${name}: ${digest}`,
  card: "Modellkarte",
  cardLoading: "Einen Moment\u00a0…",
  cardFailed: "Die Modellkarte konnte nicht geladen werden. Prüf deine Verbindung und klapp sie dann noch einmal auf.",

  problems: {
    "model-fetch": "Das ist kein Modell, sondern eine Webseite.",
    "model-format": "Das ist keine ONNX-Datei, die hier laufen kann.",
    "model-operators": "Die Seite kann dieses Modell nicht ausführen: Es hat unbekannte Operatoren.",
    "wasm-fetch":
      "Dieses Modell braucht die allgemeine Engine, und die konnte nicht geladen werden. Prüf deine Verbindung und versuch es noch einmal.",
    "metadata-missing": "Die Beschreibung dieses Modells ist unvollständig.",
    "metadata-invalid": "Die Beschreibung dieses Modells enthält einen ungültigen Wert.",
    "metadata-version": "Die Beschreibung dieses Modells ist in einer anderen Version des Formats.",
    "model-mismatch": "Das Netz in dieser Datei passt nicht zu seiner Beschreibung.",
    "head-format": "Das ist kein Head, den die Seite lesen kann.",
    "head-mismatch": "Dieser Head wurde für ein anderes Modell gemacht.",
    limit: "Etwas in dieser Datei ist größer, als die Seite verarbeiten kann.",
    inference: "Bei der Auswertung mit diesem Modell ist ein Fehler aufgetreten.",
    unknown: "Diese Datei kann nicht verwendet werden.",
  } satisfies Partial<Record<AnyErrorCode, string>>,

  keysTitle: "Was die Beschreibung eines Modells enthalten muss",
  keysIntro:
    "Eine ONNX-Datei läuft hier, wenn ihre metadata_props die folgenden Schlüssel enthalten, jeweils mit sourcing_sound. davor. Alle Werte sind Text: Listen als JSON, Schalter als true oder false. Der Eingang ist [1, 1, n_mels, segment_frames], der erste Ausgang hat eine Zahl je Geräusch.",
  keys: {
    "Über das Modell": {
      format_version: "1",
      name: "ein kurzer Name",
      description: "ein Satz dazu, was es erkennt",
      labels: "eine Liste der Namen, in der Reihenfolge der Ausgänge",
      training_data: "womit es trainiert wurde",
      folds: "womit trainiert und womit geprüft wurde",
      accuracy: "gemessene Genauigkeit, mit der Zahl der Aufnahmen",
      licence: "Nutzungsbedingungen für die Gewichte",
      config_hash: "eine Prüfsumme der Trainingseinstellungen",
    },
    Eingang: {
      sample_rate: "Hz",
      n_fft: "Abtastwerte je Transformation",
      win_length: "Abtastwerte je Fenster",
      hop_length: "Abtastwerte von einer Spalte zur nächsten",
      window: "hann oder hann_symmetric",
      center: "ob die Spalten zentriert sind",
      power: "1 für Beträge, 2 für Leistungen",
      n_mels: "Mel-Bänder",
      f_min: "Hz der unteren Kante des tiefsten Bandes",
      f_max: "Hz der oberen Kante des höchsten Bandes",
      mel_scale: "slaney, htk oder kaldi",
      norm: "slaney oder none",
      log: "decibel oder natural",
      log_offset: "wird vor dem Logarithmus addiert",
      mean: "wird von jedem Wert abgezogen",
      std: "danach wird jeder Wert dadurch geteilt",
    },
    "Werte und Ereignisse": {
      segment_frames: "Spalten je Abschnitt",
      hop_seconds: "Sekunden von einem Abschnitt zum nächsten",
      padding: "silence oder silence_either_side",
      activation: "softmax, sigmoid oder none",
      temperature: "die Ausgänge werden dadurch geteilt",
      rejection_threshold: "liegt der beste Wert darunter, wird kein Geräusch genannt",
      smoothing_seconds: "Sekunden, über die gemittelt wird",
      event_on: "Wert, bei dem ein Geräusch beginnt",
      event_off: "Wert, unter dem es endet",
    },
    Optional: {
      other_threshold: "Schwelle eines weiteren Ausgangs für „keines der Geräusche“",
      pre_emphasis: "über 0, unter 1; hebt zuerst die hohen Frequenzen an",
      pad_mode: "constant oder reflect, wenn die Spalten zentriert sind",
      framing: "librosa oder tensorflow",
      mel_triangles: "hertz oder mel",
      patch_frames: "Spalten je Ausschnitt, wenn das Netz mit Ausschnitten arbeitet",
      patch_hop_frames: "Spalten von einem Ausschnitt zum nächsten",
      embedding_size: "Größe eines zweiten Ausgangs, den Heads nutzen",
      groups: "eine Liste aus {name, icon}",
      label_groups: "zu jedem Geräusch die Nummer seiner Gruppe",
      label_parents: "zu jedem Geräusch die Nummern der allgemeineren Geräusche",
    },
  } as Readonly<Record<string, Readonly<Record<string, string>>>>,
};
