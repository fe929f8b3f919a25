// Die Ansicht „Über diese Seite“.

import type { about as english } from "../en/about.js";

export const about: typeof english = [
  "Diese Seite hört über das Mikrofon zu und benennt die Geräusche um dich herum. Alles läuft in deinem Browser: Weder Ton noch Angaben dazu werden irgendwohin geschickt.",
  "Sie kennt nur die Geräusche, die unter „Modelle“ aufgeführt sind, und sie macht Fehler. Verlass dich nicht auf sie, wenn es um Sicherheit geht.",
];
