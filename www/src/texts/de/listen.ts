// Die Ansicht „Zuhören“: das Mikrofon, und was geschieht, wenn es fehlt.

import type { listen as english } from "../en/listen.js";

export const listen: typeof english = {
  title: "Was ist das für ein Geräusch?",
  stageName: "Aktuelles Geräusch",
  scoresName: "Die wahrscheinlichsten Geräusche",
  pause: "Pause",
  resume: "Weiter",
  paused: "Pause",
  pausedDetail: "Das Mikrofon bleibt offen; nichts wird ausgewertet.",
  pausedSample: "Das Beispiel läuft weiter, wenn du weitermachst.",
  waiting: "Warte auf das Mikrofon …",
  waitingDetail: "Das Zuhören geht so bald wie möglich von selbst weiter.",
  microphone: "Mikrofon",
  systemMicrophone: "Standardmikrofon",
  microphoneNumber: (n) => `Mikrofon ${n}`,
  microphoneAbsent: "Zuletzt gewählt (nicht angeschlossen)",
  fellBack: "Das gewählte Mikrofon ist nicht angeschlossen; stattdessen wird das Standardmikrofon benutzt.",
  channelTaken: (channel) =>
    `Nur Kanal ${channel} des Eingangs wird verwendet: Gemischt würden sich die Kanäle auslöschen oder schwächen.`,
  lostInCrash: (seconds) => `Die Analyse ist abgestürzt und wurde neu gestartet: ${seconds.replace(".", ",")}\u00a0s Ton fehlen.`,
  allSounds: "Alle Geräusche",
  settings: "Einstellungen",
  history: "Ganzer Verlauf",
  unsupported: {
    "microphone access":
      "Dieser Browser gibt Seiten keinen Zugriff auf das Mikrofon. Wenn du in einer anderen App bist, öffne diese Seite stattdessen in Safari, Chrome oder Firefox.",
    AudioWorklet:
      "Dieser Browser kann einer Seite keinen Ton übergeben (ihm fehlt AudioWorklet). Aktualisiere ihn oder nimm ein aktuelles Chrome, Edge, Firefox oder Safari.",
    WebAssembly:
      "WebAssembly ist in diesem Browser ausgeschaltet oder fehlt, vielleicht wegen eines Blockierungsmodus. Schalte es für diese Seite ein oder nimm einen anderen Browser.",
    "WebAssembly SIMD":
      "Dieser Browser oder der Prozessor dieses Geräts ist zu alt: Ihm fehlt WebAssembly SIMD. Aktualisiere den Browser: Chrome ab 91, Firefox ab 89 und Safari ab 16.4 haben es.",
  },
};
