// Die Ansicht „Zuhören“: das Mikrofon, Hinweise dazu, und was geschieht, wenn es fehlt.

import type { listen as english } from "../en/listen.js";

export const listen: typeof english = {
  title: "Was ist das für ein Geräusch?",
  stageName: "Was zu hören ist",
  scoresName: "Die wahrscheinlichsten Geräusche",
  pause: "Pause",
  resume: "Weiter",
  paused: "Pause",
  pausedDetail: "Das Mikrofon ist aus, bis du weitermachst.",
  pausedSample: "Das Beispiel läuft weiter, wenn du weitermachst.",
  waiting: "Warte auf das Mikrofon …",
  waitingDetail: "Es geht von selbst weiter, sobald es kann.",
  microphone: "Mikrofon",
  systemMicrophone: "Vom System gewählt",
  microphoneNumber: (n) => `Mikrofon ${n}`,
  microphoneAbsent: "Das zuvor gewählte (nicht angeschlossen)",
  fellBack: "Das gewählte Mikrofon ist nicht angeschlossen; stattdessen wird das vom System gewählte benutzt.",
  missed: (time) =>
    `Solange diese Seite nicht zu sehen war, hat der Browser sie gebremst: ${time} Ton fehlen. Lass sie in einem eigenen Fenster oder sichtbar, dann geht nichts verloren.`,
  detectedAt: (time) => `Erkannt um ${time}`,
  allSounds: "Alle Geräusche",
  fullScreen: "Ganzer Bildschirm",
  leaveFullScreen: "Ganzen Bildschirm verlassen",
  history: "Der ganze Verlauf",
  levelHints: {
    clipped: "Zu laut: Der Ton ist abgeschnitten. Geh weiter weg oder stell den Eingang leiser.",
    quiet: "Sehr leise: Geh näher heran oder stell den Eingang lauter.",
    dead: "Gar kein Ton: Ist das Mikrofon stumm oder ausgeschaltet?",
  },
  unsupported: {
    "microphone access":
      "Dieser Browser gibt Seiten kein Mikrofon. Öffne diese Seite statt im Browser einer anderen App in Safari, Chrome oder Firefox.",
    AudioWorklet:
      "Dieser Browser kann einer Seite keinen Ton übergeben (ihm fehlt AudioWorklet). Aktualisiere ihn oder nimm ein aktuelles Chrome, Edge, Firefox oder Safari.",
    WebAssembly:
      "WebAssembly ist in diesem Browser ausgeschaltet oder fehlt; ein Blockierungsmodus kann das tun. Schalte es für diese Seite ein oder nimm einen anderen Browser.",
    "WebAssembly SIMD":
      "Dieser Browser oder der Prozessor dieses Geräts ist zu alt für die nötige Rechenart (WebAssembly SIMD). Aktualisiere den Browser: Chrome ab 91, Firefox ab 89 und Safari ab 16.4 haben sie.",
  },
};
