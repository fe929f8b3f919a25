// Die Ansicht „Dateien“.

import type { files as english } from "../en/files.js";

export const files: typeof english = {
  title: "Dateien",
  intro:
    "Zieh Aufnahmen irgendwo auf diese Seite oder wähl sie aus: alles, was dein Browser abspielen kann, auch stundenlang. Sie bleiben auf diesem Gerät.",
  choose: "Dateien wählen",
  waiting: "Wartet auf die Datei davor",
  opening: "Wird geöffnet …",
  progress: (done, total) => `${done} von ${total}`,
  left: (time) => `noch etwa ${time}`,
  secondsLeft: (seconds) => `${seconds} s`,
  minutesLeft: (minutes) => `${minutes} min`,
  cancel: "Abbrechen",
  cancelled: "Abgebrochen",
  again: (model) => `Noch einmal auswerten mit ${model}`,
  retry: "Noch einmal versuchen",
  share: (name, percent) => `${name} · ${percent} der Zeit`,
  remove: "Entfernen",
  classifiedBy: (model) => `mit ${model}`,
  broken: (time) => `Die Datei bricht nach ${time} ab. Hier steht das Ergebnis bis dahin.`,
  timeline: (parts) => `Zeitleiste mit ${parts} Abschnitten; die Liste darunter zeigt dieselben.`,
  picture: "Spektrogramm der ganzen Aufnahme: Zeit von links nach rechts, Tonhöhe von unten nach oben, Lautstärke als Helligkeit",
  parts: (count) => (count === 1 ? "1 Abschnitt" : `${count} Abschnitte`),
  play: (what, time) => `${what}, ${time}, abspielen`,
  save: (what, time) => `${what}, ${time}, als WAV sichern`,
  saveAll: "Alle Dateien",
};
