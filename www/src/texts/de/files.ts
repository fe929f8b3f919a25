// Die Ansicht „Dateien“.

import { counted } from "../counted.js";
import type { files as english } from "../en/files.js";

export const files: typeof english = {
  title: "Dateien",
  intro:
    "Zieh Aufnahmen irgendwohin auf diese Seite oder wähl Dateien oder einen Ordner aus: WAV, FLAC, MP3, M4A, Ogg, CAF und die meisten anderen Formate, auch stundenlange Aufnahmen. Sie bleiben auf diesem Gerät.",
  choose: "Dateien wählen",
  chooseFolder: "Ordner wählen",
  found: (count) => `${counted(count, "Aufnahme", "Aufnahmen")}.`,
  noneFound: "In diesem Ordner ist keine Aufnahme.",
  passedOver: (kinds) => `Übersprungen: ${kinds}.`,
  kind: (kind, count) => {
    if (kind === "hidden") return `${count} versteckt`;
    if (kind === "nameless") return `${count} ohne Endung`;
    return kind === "unreadable" ? `${count} nicht lesbar` : `${count} ${kind}`;
  },
  otherKinds: (count) => `${count} anderer Art`,
  waiting: "Wartet auf die vorige Datei",
  opening: "Wird geöffnet …",
  progress: (done, total) => `${done} von ${total}`,
  left: (time) => `noch etwa ${time}`,
  secondsLeft: (seconds) => `${seconds} s`,
  minutesLeft: (minutes) => `${minutes} min`,
  cancel: "Abbrechen",
  cancelled: "Abgebrochen",
  again: (model) => `Noch einmal mit ${model} auswerten`,
  retry: "Noch einmal versuchen",
  share: (name, percent) => `${name} · ${percent} der Zeit`,
  remove: "Entfernen",
  cancelAll: "Alle abbrechen",
  removeAll: "Alle entfernen",
  classifiedBy: (model) => `mit ${model}`,
  broken: (time, promised) =>
    promised === undefined
      ? `Die Datei bricht nach ${time} ab. Das Ergebnis gilt für den Teil davor.`
      : `Die Datei bricht nach ${time} ab. Laut Dateikopf sind es ${promised}. Das Ergebnis gilt für den vorhandenen Teil.`,
  damaged: (time, parts) =>
    parts === 1
      ? `Ein beschädigter Teil bei ${time} war nicht lesbar und gilt als Stille.`
      : `${parts} beschädigte Teile, der erste bei ${time}, waren nicht lesbar und gelten als Stille.`,
  noIndex:
    "Die Aufnahme brach ab, bevor das Verzeichnis dieser Datei geschrieben war. Das Programm untrunc erstellt eines, mit Hilfe einer anderen Aufnahme desselben Geräts.",
  channelTaken: (channel) =>
    `Nur Kanal ${channel} wird verwendet: Gemischt würden sich die Kanäle auslöschen oder schwächen.`,
  channel: "Kanal",
  mix: "Alle, gemischt",
  leftChannel: "Links",
  rightChannel: "Rechts",
  timeline: (parts) =>
    `Zeitleiste mit ${counted(parts, "Abschnitt", "Abschnitten")}; die Liste darunter zeigt ${parts === 1 ? "denselben" : "dieselben"}.`,
  picture: "Spektrogramm der ganzen Aufnahme: Zeit von links nach rechts, Tonhöhe von unten nach oben, Lautstärke als Helligkeit",
  parts: (count) => counted(count, "Abschnitt", "Abschnitte"),
  before: (some, all) => (all === 1 ? "1 früheren zeigen" : `${some} von ${all} früheren zeigen`),
  after: (some, all) => (all === 1 ? "1 weiteren zeigen" : `${some} von ${all} weiteren zeigen`),
  play: (what, time) => `${what}, ${time}, abspielen`,
  save: (what, time) => `${what}, ${time}, als WAV speichern`,
  correct: (what, time) => `Richtig oder falsch? ${what}, ${time}`,
  saveAll: "Alle Dateien",
};
