// Fehlermeldungen.

import type { AnyErrorCode } from "../codes.js";

export const errors: Readonly<Record<AnyErrorCode, string>> = {
  "insecure-context":
    "Das Mikrofon geht nur auf sicheren Seiten. Öffne diese Seite über https oder auf localhost.",
  unsupported:
    "Dieser Browser ist zu alt für diese Seite. Aktualisiere ihn oder nimm ein aktuelles Chrome, Edge, Firefox oder Safari.",
  "permission-denied":
    "Diese Seite darf das Mikrofon nicht benutzen. Erlaube es in der Adressleiste bei den Einstellungen zur Seite und versuch es dann noch einmal.",
  "no-microphone": "Es wurde kein Mikrofon gefunden. Schließ eines an und versuch es dann noch einmal.",
  "microphone-busy":
    "Ein anderes Programm benutzt gerade das Mikrofon. Schließ dieses Programm und versuch es dann noch einmal.",
  "device-lost":
    "Das Mikrofon wurde abgezogen oder ausgeschaltet. Schließ es wieder an und versuch es dann noch einmal.",
  interrupted: "Das System hat das Mikrofon kurz weggenommen. Das Zuhören geht weiter, sobald es wieder da ist.",
  "model-fetch": "Das Modell konnte nicht geladen werden. Prüf deine Verbindung und lade die Seite neu.",
  "wasm-fetch": "Ein Teil dieser Seite konnte nicht geladen werden. Prüf deine Verbindung und lade die Seite neu.",
  "worker-crashed":
    "Im Inneren ist etwas kaputtgegangen. Das Zuhören geht gleich von selbst weiter; alles andere kannst du neu starten.",
  aborted: "Abgebrochen.",
  "audio-rate": "Die Abtastrate dieses Tons passt nicht. Nimm eine Datei mit 8 bis 384\u00a0kHz.",
  "audio-non-finite": "Der Ton enthält Werte, die keine Zahlen sind. Versuch es mit einem anderen Mikrofon oder einer anderen Datei.",
  "audio-channels":
    "Die Kanäle dieses Tons sind nicht lesbar. Speichere ihn in Mono oder Stereo und versuch es noch einmal.",
  "audio-empty": "In dieser Datei ist kein Ton. Wähl eine andere.",
  "audio-too-short": "Dieser Ton ist zu kurz. Nimm einen längeren.",
  config: "Die Seite hat etwas Unmögliches verlangt. Lade sie neu; wenn es wieder passiert, melde es bitte.",
  "model-format": "Das Modell ist nicht lesbar. Lade die Seite neu; wenn es wieder passiert, melde es bitte.",
  "metadata-missing": "Das Modell beschreibt sich nicht. Wer diese Seite betreibt, muss es ersetzen.",
  "metadata-invalid": "Das Modell beschreibt sich falsch. Wer diese Seite betreibt, muss es ersetzen.",
  "metadata-version": "Das Modell ist für eine andere Fassung dieser Seite gemacht. Lade die Seite neu.",
  "model-mismatch":
    "Das Modell und seine Beschreibung passen nicht zusammen. Wer diese Seite betreibt, muss es ersetzen.",
  limit: "Das ist mehr, als die Seite aufnehmen kann. Nimm einen kürzeren Ton.",
  inference: "Der Ton ließ sich nicht auswerten. Versuch es noch einmal; wenn es wieder passiert, melde es bitte.",
  "head-format":
    "Ein Teil des Modells ist nicht lesbar. Lade die Seite neu; wenn es wieder passiert, melde es bitte.",
  "head-mismatch": "Zwei Teile des Modells gehören nicht zusammen. Wer diese Seite betreibt, muss sie ersetzen.",
  "model-damaged":
    "Das Modell ist beschädigt angekommen. Versuch es noch einmal; wenn es wieder passiert, melde es bitte.",
  "model-gone": "Dieses Modell ist in diesem Browser nicht mehr gespeichert. Öffne seine Datei noch einmal.",
  "model-too-large": "Diese Datei ist größer als 200 MB. Das ist mehr, als die Seite aufnehmen kann.",
  "no-model-file": "Wähle eine .onnx-Datei und, falls das Modell eine hat, die .head.json-Datei dazu.",
  "audio-read": "Diese Datei lässt sich nicht mehr lesen. Vielleicht wurde sie verschoben oder geändert; wähle sie noch einmal.",
  "audio-format": "Dein Browser kann diese Datei nicht als Ton lesen. Nimm WAV, FLAC, MP3, Ogg oder M4A.",
  "audio-too-long":
    "Dein Browser kann von dieser Art Datei nur zehn Minuten lesen. Speichere sie als WAV, FLAC, MP3 oder Ogg oder nimm einen kürzeren Teil davon.",
  "audio-damaged": "Diese Datei ist beschädigt oder abgeschnitten. Hol sie noch einmal von dort, wo sie herkam, oder speichere sie neu.",
  unknown: "Etwas Unerwartetes ist schiefgegangen. Lade die Seite neu; wenn es wieder passiert, melde es bitte.",
};

export const modelErrors = {
  "model-fetch": "Das Modell konnte nicht geladen werden. Prüf deine Verbindung und versuch es dann noch einmal.",
  "wasm-fetch":
    "Ein Teil dieser Seite konnte nicht geladen werden. Prüf deine Verbindung und versuch es dann noch einmal.",
  "worker-crashed":
    "Es ließ sich nicht starten: Vielleicht hat dieses Gerät zu wenig Speicher. Schließ andere Seiten und versuch es dann noch einmal.",
} satisfies Partial<Record<AnyErrorCode, string>>;
