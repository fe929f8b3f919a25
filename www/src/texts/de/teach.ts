// Die Ansicht „Anlernen“ und die Korrekturen dessen, was die Seite sagt.

import { counted } from "../counted.js";
import type { teach as english } from "../en/teach.js";

const quoted = (names: readonly string[]) => names.map((name) => `„${name}“`).join(", ");

export const teach: typeof english = {
  title: "Eigene Geräusche anlernen",
  intro:
    "Gib einem Geräusch einen Namen und ein paar Beispiele: deiner Klingel, deinem Wasserkocher, einem bestimmten Hund. Drei Aufnahmen zu verschiedenen Zeiten sind ein guter Anfang. Von da an meldet die Seite, wenn sie dieses Geräusch erkennt.",
  privacy: "Bleibt auf diesem Gerät. Der Ton deiner Beispiele wird nur gespeichert, damit er sich abspielen und neu lernen lässt.",
  name: "Name des Geräuschs",
  nameHint: "z. B. „Mein Wasserkocher“",
  known: (label) => `${label} ist schon bekannt; deine Beispiele kommen dazu.`,
  add: "Anlegen",
  nameless: "Gib dem Geräusch erst einen Namen.",
  something: "Etwas anderes",
  somethingHelp:
    "Freiwillig: der Hintergrund, also der Raum ohne deine Geräusche, und Geräusche, mit denen keines von deinen verwechselt werden soll, etwa der Fernseher oder die Klingel der Nachbarn.",
  empty: "Noch keine Beispiele. Nimm welche auf, wähl Dateien aus, oder zieh sie hierher.",

  record: "4\u00a0Sekunden aufnehmen",
  recording: (seconds) => `Stopp (noch ${seconds}\u00a0s)`,
  recent: "Die letzten 4\u00a0Sekunden nehmen",
  nothingRecent: "Das Mikrofon ist noch nicht lange genug an.",
  choose: "Dateien wählen",
  fromHistory: "Aus dem Verlauf",
  of: (action, label) => `${action}: ${label}`,
  recordingName: (time) => `Aufnahme, ${time}`,
  historyName: (label, time) => `${label}, ${time}`,

  counts: (examples, recordings) =>
    `${counted(examples, "Beispiel", "Beispiele")} aus ${counted(recordings, "Aufnahme", "Aufnahmen")}`,
  picture: (name) => `Spektrogramm von ${name}`,
  play: (name) => `${name} abspielen`,
  removeExample: (name) => `${name} entfernen`,
  soundless: "ohne Ton",
  clipped: "zu laut",
  quiet: (seconds) => `${seconds}\u00a0s Stille ausgelassen`,
  more: (count) => `${counted(count, "weiteres", "weitere")} anzeigen`,
  remove: "Entfernen",

  states: {
    rest: "",
    incomplete: "",
    adding: "Die Beispiele werden hinzugefügt\u00a0…",
    learning: "Wird gelernt\u00a0…",
    learned: "Gelernt. Zuhören, Verlauf und Dateien nutzen es ab jetzt.",
    waiting: "Gelernt. Es wird genutzt, sobald du zum Alltagsmodell wechselst.",
    error: "",
  },
  otherModel: "Was du anlernst, funktioniert mit dem Alltagsmodell, und gerade ist ein anderes aktiv.",
  useEveryday: "Alltagsmodell verwenden",

  recall: (hits, of, low, high) =>
    `${hits} von ${of} Aufnahmen ${hits === 1 ? "wurde" : "wurden"} erkannt, als jede einmal ausgelassen wurde. Bei weiteren Aufnahmen wie diesen sind ${low} bis ${high} zu erwarten.`,
  oneSession: "Sie sind aber alle in denselben zehn Minuten entstanden: Zu anderen Zeiten und an anderen Orten wird es seltener erkannt.",
  oneRecording:
    "Eine Aufnahme ist ein Anfang und oft zu wenig: In unseren Tests wurde ein so angelerntes Geräusch in 59\u202f% seiner anderen Aufnahmen erkannt, mit zehn Aufnahmen in 85\u202f%. Wie es weitergeht:",
  nextSteps: [
    "Nimm es noch zweimal auf, zu anderen Zeiten oder von anderen Stellen. Dann kann die Seite sagen, wie gut es erkannt wird.",
    "Nimm unter „Etwas anderes“ den Hintergrund auf: den Raum ohne dieses Geräusch.",
  ],

  trying: "Probier es aus: Starte das Zuhören und mach die Geräusche. Bei jedem steht, wie sicher die Seite gerade ist; ab der Marke gilt es als erkannt.",
  listen: "Zuhören starten",
  stopListening: "Zuhören beenden",
  liveName: (label) => `Wie sicher die Seite bei ${label} gerade ist`,
  liveNow: (score) => `jetzt ${score}`,
  liveHighest: (score) => `höchster Wert ${score}`,
  liveFrom: (score) => `erkannt ab ${score}`,

  mistaken: (wrong, others) =>
    wrong === 0
      ? `Keine von ${counted(others, "anderen Aufnahme", "anderen Aufnahmen")} wurde damit verwechselt.`
      : `${wrong} von ${counted(others, "anderen Aufnahme", "anderen Aufnahmen")} ${wrong === 1 ? "wurde" : "wurden"} damit verwechselt.`,
  findings: {
    contradictory: (names) =>
      names.length === 1
        ? `${quoted(names)}: Derselbe Ton ist auch ein Beispiel für etwas, das er nicht ist. Entfern ihn bei einem von beiden.`
        : `${quoted(names)}: Derselbe Ton ist jeweils auch ein Beispiel für etwas, das er nicht ist. Entfern ihn jeweils bei einem von beiden.`,
    few: () => "Das sind zu wenige Aufnahmen, um sich darauf zu verlassen. Nimm welche zu einer anderen Zeit oder von einer anderen Stelle auf.",
    copies: (names) => `${quoted(names)}: Das sind Kopien voneinander, die nur einmal zählen.`,
    similar: (names) =>
      `${quoted(names)}: Sie klingen gleich. Jede zählt; wenn es Kopien sind, entfern alle bis auf eine, weil das Ergebnis sonst besser aussieht, als es ist.`,
    unlike: (names) => `${quoted(names)}: anders als die übrigen Beispiele. Hör noch einmal hinein und entfern, worin etwas anderes zu hören ist.`,
    clipped: (names) => `${quoted(names)}: zu laut aufgenommen. Nimm das Geräusch mit mehr Abstand noch einmal auf.`,
    quiet: (names) => `${quoted(names)}: Lange Stücke sind viel leiser als der Rest und wurden ausgelassen.`,
    weak: () => "Es wird nur schwach erkannt. Füg mehr Beispiele hinzu und entfern solche, in denen auch anderes zu hören ist.",
    adds: () => "Das Alltagsmodell kennt ein Geräusch mit diesem Namen. Deine Beispiele kommen dazu.",
  },
  alikeTo: (label, other) =>
    `${label} und ${other} klingen ähnlich und können verwechselt werden. Wenn sie dasselbe Geräusch sind, behalte nur eines.`,

  muted: "Ausgeblendet",
  mutedHelp: "Diese Geräusche werden weder angezeigt noch gespeichert, und du wirst nicht auf sie hingewiesen.",
  mutedGroup: (group) => `Alles aus ${group}`,
  unmute: (label) => `${label} wieder anzeigen`,

  file: "Deine Geräusche als Datei",
  fileHelp:
    "Die Datei enthält das Gelernte und lässt sich in einem anderen Browser öffnen. Der Ton der Beispiele ist nur darin, wenn du es willst: Dann lässt er sich dort abspielen und von einem anderen Modell neu lernen.",
  saveSound: "Mit dem Ton der Beispiele",
  save: "Als Datei speichern",
  open: "Datei öffnen",
  opened: (count) => (count === 0 ? "Alle Beispiele dieser Datei waren schon da." : `${counted(count, "Beispiel", "Beispiele")} hinzugefügt.`),
  fileName: "meine-geraeusche",
  removeAll: "Alles Angelernte löschen\u00a0…",
  removeAllAsk: "Alle Geräusche, die du angelernt hast, mit allen Beispielen löschen? Das lässt sich nicht rückgängig machen.",
  removeAllDo: "Alles löschen",
  cancel: "Abbrechen",
  undo: "Rückgängig",
  close: "Schließen",
  removed: (what) => `${what} wurde entfernt.`,

  pickTitle: (label) => `Beispiele für ${label} aus dem Verlauf`,
  pickNone: "Im Verlauf ist kein Ton gespeichert. Schalte dort „Zu jedem Geräusch 4 Sekunden Ton speichern“ ein.",
  use: "Nehmen",
  used: "Hinzugefügt",

  rightOrWrong: "Richtig oder falsch?",
  correctUnknown: "Was war es?",
  correctTitle: (label) => `War es ${label}?`,
  right: "Das stimmt",
  wrong: "Es war:",
  wrongHint: "leer: etwas anderes",
  wrongDo: "Speichern",
  never: (label) => `${label} nie wieder anzeigen`,
  noSound:
    "Davon ist kein Ton gespeichert, deshalb kann es kein Beispiel werden. Schalte für spätere im Verlauf „Zu jedem Geräusch 4 Sekunden Ton speichern“ ein.",
  unreadable: "Der Ton davon ist nicht lesbar, deshalb kann es kein Beispiel werden.",
  keptAs: (label) => `Als Beispiel für ${label} gespeichert.`,
  keptAsRight: (label) => `Gespeichert: Das war ${label} und keines deiner Geräusche.`,
  keptAsSomething: "Als Beispiel für etwas anderes gespeichert.",
  keptAsSomethingElseThan: (label) =>
    `Als Beispiel für etwas anderes gespeichert, damit es nicht mit deinen eigenen Geräuschen verwechselt wird. ${label} ist ein Geräusch des Modells, an dem solche Beispiele nichts ändern: Es kann wieder gemeldet werden.`,
  mutedNow: (label) => `${label} wird nicht mehr angezeigt.`,

  cut: (name) => `${name}: Nur die erste Minute wird genutzt, weil ihr Ton gespeichert wird. Die Kommandozeile nimmt bis zu einer Stunde.`,
  where: "Zieh die Dateien auf das Geräusch, für das sie Beispiele sind.",
  notLasting:
    "Dein Browser speichert für diese Seite nichts (vielleicht, weil dies ein privates Fenster ist). Was du anlernst, geht verloren, wenn du sie schließt; speichere es vorher als Datei.",
  fullSound: "Auf diesem Gerät ist kein Platz mehr: Das Beispiel ist gelernt, sein Ton aber nicht gespeichert.",
  full: "Auf diesem Gerät ist kein Platz mehr: Was du hinzufügst, ließ sich nicht speichern und ist vergessen, wenn du die Seite schließt.",
  unwritten:
    "Dein Browser konnte nicht speichern, was du hinzufügst, vielleicht weil in einem anderen Fenster eine neuere Fassung dieser Seite offen ist: Es ist vergessen, wenn du die Seite schließt. Lade die Seite neu, und füg es noch einmal hinzu.",
  notRemoved:
    "Dein Browser konnte es nicht entfernen, vielleicht weil in einem anderen Fenster eine neuere Fassung dieser Seite offen ist. Lade die Seite neu, und entferne es noch einmal.",
  outdated: (count) =>
    `${counted(count, "Beispiel wurde", "Beispiele wurden")} für ein früheres Modell gemacht, und der Ton ist nicht gespeichert. ${count === 1 ? "Es wird" : "Sie werden"} nicht mehr genutzt.`,
  otherBase: (base) =>
    base === "everyday" ? "Diese Datei wurde für eine andere Version des Alltagsmodells gemacht." : `Diese Datei wurde für ein anderes Modell gemacht, „${base}“.`,
  otherBaseSoundless: "Ohne den Ton ihrer Beispiele ist sie hier nicht verwendbar: Speichere sie dort, wo sie herkommt, noch einmal mit dem Ton. Es wurde nichts geändert.",
  otherBaseAsk: (count) => `${count === 1 ? "Das Beispiel" : `Die ${count} Beispiele`} aus dem Ton, der darin ist, neu lernen?`,
  otherBaseDo: "Neu lernen",
  failed: (name, problem) => `${name}: ${problem}`,
  problems: {
    "audio-silent": "Darin ist nichts zu hören. Geh näher an das Geräusch heran und versuch es noch einmal.",
    "head-format": "Das ist keine Datei mit angelernten Geräuschen, oder sie ist beschädigt. Es wurde nichts geändert.",
    limit: "Das ist größer, als die Seite verarbeiten kann: Dateien mit Geräuschen dürfen 64\u00a0MB haben, und es gehen höchstens 10.000\u00a0Beispiele.",
    config: "Diese Beispiele lassen sich nicht von Alltagsgeräuschen unterscheiden. Entfern sie, oder gib welche, in denen das Geräusch deutlicher ist.",
    "permission-denied": "Diese Seite darf das Mikrofon nicht benutzen. Erlaube es in der Adressleiste in den Website-Einstellungen und nimm dann noch einmal auf.",
  },
};
