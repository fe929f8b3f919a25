// Fehlermeldungen.

import type { AnyErrorCode } from "../codes.js";

const tooMuch = "Das ist mehr, als die Seite verarbeiten kann. Nimm eine kürzere Aufnahme.";

export const errors: Readonly<Record<AnyErrorCode, string>> = {
  "insecure-context":
    "Das Mikrofon funktioniert nur auf sicheren Seiten. Öffne diese Seite über https oder auf localhost.",
  unsupported:
    "Dieser Browser ist zu alt für diese Seite. Aktualisiere ihn oder nimm ein aktuelles Chrome, Edge, Firefox oder Safari.",
  "permission-denied":
    "Diese Seite darf das Mikrofon nicht benutzen. Erlaube es in der Adressleiste in den Website-Einstellungen und versuch es noch einmal, wenn nichts geschieht.",
  "no-microphone": "Es wurde kein Mikrofon gefunden. Schließ eines an und versuch es noch einmal, wenn nichts geschieht.",
  "microphone-busy":
    "Ein anderes Programm benutzt gerade das Mikrofon. Schließ dieses Programm und versuch es noch einmal, wenn nichts geschieht.",
  "device-lost":
    "Das Mikrofon wurde abgezogen oder ausgeschaltet. Schließ es wieder an und versuch es noch einmal, wenn nichts geschieht.",
  interrupted: "Das System hat das Mikrofon unterbrochen. Das Zuhören geht weiter, sobald es wieder verfügbar ist.",
  "model-fetch": "Das Modell konnte nicht geladen werden. Prüf deine Verbindung und lade die Seite neu.",
  "wasm-fetch": "Ein Teil dieser Seite konnte nicht geladen werden. Prüf deine Verbindung und lade die Seite neu.",
  "worker-crashed":
    "Die Auswertung ist abgestürzt. Das Zuhören geht gleich von selbst weiter; alles andere musst du neu starten.",
  aborted: "Abgebrochen.",
  "audio-rate": "Die Abtastrate liegt außerhalb des zulässigen Bereichs. Nimm eine Datei mit 8 bis 384\u00a0kHz.",
  "audio-non-finite": "Der Ton enthält ungültige Werte. Versuch es mit einem anderen Mikrofon oder einer anderen Datei.",
  "audio-channels":
    "Die Kanäle dieser Aufnahme lassen sich nicht lesen. Speichere sie in Mono oder Stereo und versuch es noch einmal.",
  "audio-empty": "In dieser Datei ist kein Ton. Wähl eine andere.",
  "audio-silent": "Diese Aufnahme ist zu leise. Nimm eine lautere.",
  "audio-too-short": "Diese Aufnahme ist zu kurz. Nimm eine längere.",
  config: "Die Seite hat eine ungültige Einstellung verwendet. Lade sie neu; wenn es wieder passiert, melde es bitte.",
  "model-format": "Das Modell lässt sich nicht lesen. Lade die Seite neu; wenn es wieder passiert, melde es bitte.",
  "model-operators": "Diese Seite kann dieses Modell nicht ausführen. Wähl ein anderes.",
  "metadata-missing": "Die Beschreibung des Modells ist unvollständig. Wer diese Seite betreibt, muss das Modell ersetzen.",
  "metadata-invalid": "Die Beschreibung des Modells ist ungültig. Wer diese Seite betreibt, muss das Modell ersetzen.",
  "metadata-version": "Das Modell wurde für eine andere Version dieser Seite gemacht. Lade die Seite neu.",
  "model-mismatch":
    "Das Modell passt nicht zu seiner Beschreibung. Wer diese Seite betreibt, muss das Modell ersetzen.",
  limit: tooMuch,
  inference: "Der Ton ließ sich nicht auswerten. Versuch es noch einmal; wenn es wieder passiert, melde es bitte.",
  "head-format":
    "Ein Teil des Modells lässt sich nicht lesen. Lade die Seite neu; wenn es wieder passiert, melde es bitte.",
  "head-mismatch": "Zwei Teile des Modells gehören nicht zusammen. Wer diese Seite betreibt, muss sie ersetzen.",
  "model-damaged":
    "Das Modell wurde beim Herunterladen beschädigt. Versuch es noch einmal; wenn es wieder passiert, melde es bitte.",
  "model-gone": "Dieses Modell ist in diesem Browser nicht mehr gespeichert. Öffne seine Datei noch einmal.",
  "model-too-large": "Diese Datei ist größer als 200 MB. Das ist mehr, als die Seite verarbeiten kann.",
  "no-model-file": "Wähl eine .onnx-Datei und, falls das Modell einen Head hat, dessen .head.json-Datei.",
  "part-fetch": "Dieser Teil der Seite konnte nicht geladen werden. Prüf deine Verbindung und lade die Seite neu.",
  "audio-read": "Diese Datei lässt sich nicht mehr lesen. Vielleicht wurde sie verschoben oder geändert; wähle sie noch einmal.",
  "audio-format": 
    "Weder dein Browser noch diese Seite kann diese Datei als Audio lesen. Wandle sie in WAV um, zum Beispiel mit: ffmpeg -i EINGABE AUSGABE.wav",
  "audio-too-long": tooMuch,
  "audio-damaged": "Diese Datei ist beschädigt oder unvollständig. Lade sie noch einmal herunter oder speichere sie in dem Programm neu, das sie erstellt hat.",
  unknown: "Etwas Unerwartetes ist schiefgegangen. Lade die Seite neu; wenn es wieder passiert, melde es bitte.",
};
