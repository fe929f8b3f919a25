// What the page says about a number of things, for one and for several.

import { expect, test } from "@playwright/test";
import { files as filesDe } from "../../www/src/texts/de/files";
import { history as historyDe } from "../../www/src/texts/de/history";
import { models as modelsDe } from "../../www/src/texts/de/models";
import { teach as teachDe } from "../../www/src/texts/de/teach";
import { files } from "../../www/src/texts/en/files";
import { history } from "../../www/src/texts/en/history";
import { models } from "../../www/src/texts/en/models";
import { teach } from "../../www/src/texts/en/teach";

/** Each text for one and for three. */
const bothOf = (...texts: ((count: number) => string)[]) => texts.map((text) => [text(1), text(3)]);

test("timelines, lists and folders: one and several, in English and German", () => {
  const { otherKinds, parts } = files;
  const before = (count: number) => files.before(count, count);
  const after = (count: number) => files.after(count, count);
  expect(bothOf(history.timeline, history.more, files.timeline, parts, files.found, otherKinds, before, after)).toEqual([
    ["Timeline of 1 sound; the list below shows the same.", "Timeline of 3 sounds; the list below shows the same."],
    ["Show 1 more", "Show 3 more"],
    ["Timeline of 1 section; the list below shows the same.", "Timeline of 3 sections; the list below shows the same."],
    ["1 section", "3 sections"],
    ["1 recording.", "3 recordings."],
    ["1 of another kind", "3 of other kinds"],
    ["Show 1 earlier one", "Show 3 of 3 earlier ones"],
    ["Show 1 more", "Show 3 of 3 more"],
  ]);
  const beforeDe = (count: number) => filesDe.before(count, count);
  const afterDe = (count: number) => filesDe.after(count, count);
  const german = [historyDe.timeline, historyDe.more, filesDe.timeline, filesDe.parts, filesDe.found, filesDe.otherKinds, beforeDe, afterDe];
  expect(bothOf(...german)).toEqual([
    [
      "Zeitleiste mit 1 Geräusch; die Liste darunter zeigt dasselbe.",
      "Zeitleiste mit 3 Geräuschen; die Liste darunter zeigt dieselben.",
    ],
    ["1 weiteres anzeigen", "3 weitere anzeigen"],
    [
      "Zeitleiste mit 1 Abschnitt; die Liste darunter zeigt denselben.",
      "Zeitleiste mit 3 Abschnitten; die Liste darunter zeigt dieselben.",
    ],
    ["1 Abschnitt", "3 Abschnitte"],
    ["1 Aufnahme.", "3 Aufnahmen."],
    ["1 anderer Art", "3 anderer Art"],
    ["1 früheren zeigen", "3 von 3 früheren zeigen"],
    ["1 weiteren zeigen", "3 von 3 weiteren zeigen"],
  ]);
});

test("models with one label and with several, in English and German", () => {
  const wordsOf = ({ sounds, otherChoice, ownChoice, facts }: typeof models | typeof modelsDe) =>
    bothOf(sounds, (count) => otherChoice(count, "door"), (count) => ownChoice(count, "door"), (count) => facts.kinds(count, count));
  expect(wordsOf(models)).toEqual([
    ["1 sound", "3 sounds"],
    ["1 sound (door)", "3 sounds (door)"],
    ["1 sound (door, your own)", "3 sounds (door, your own)"],
    ["1 kind of sound in 1 group", "3 kinds of sound in 3 groups"],
  ]);
  expect(wordsOf(modelsDe)).toEqual([
    ["1 Geräusch", "3 Geräusche"],
    ["1\u00a0Geräusch (door)", "3\u00a0Geräusche (door)"],
    ["1 Geräusch (door, dein eigenes Modell)", "3 Geräusche (door, dein eigenes Modell)"],
    ["1\u00a0Art von Geräuschen in 1\u00a0Gruppe", "3\u00a0Arten von Geräuschen in 3\u00a0Gruppen"],
  ]);
});

test("what was taught: one and several, in English and German", () => {
  expect([0, 1, 2].map((hits) => teachDe.recall(hits, 3, "", "").split(",")[0])).toEqual([
    "0 von 3 Aufnahmen wurden erkannt",
    "1 von 3 Aufnahmen wurde erkannt",
    "2 von 3 Aufnahmen wurden erkannt",
  ]);
  expect(bothOf(teachDe.more)).toEqual([["1 weiteres anzeigen", "3 weitere anzeigen"]]);
  // Findings about one recording and about two.
  for (const { contradictory, unlike, clipped } of [teach.findings, teachDe.findings]) {
    expect(contradictory!(["a"]).split(": ")[1]).not.toEqual(contradictory!(["a", "b"]).split(": ")[1]);
    for (const words of [unlike!, clipped!]) expect(words(["a", "b"])).not.toMatch(/\b(it|es)\b/);
  }
});
