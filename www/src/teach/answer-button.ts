// A button next to the list in "Listen", to correct the current answer, or that of a recording which was just made. This view's
// script adds it, to a place that is empty until then.

import type { Recording } from "sourcing-sound";
import { teachTexts } from "../texts/teach.js";
import { byId, make, smallButton } from "../ui/dom.js";
import type { Answered } from "./correction.js";
import { RECORDING_SECONDS } from "./recorder.js";

/** What the stage shows instead of a label. */
const NO_LABEL = ["", "rejected", "quiet"];

export interface AnswerParts {
  recent(seconds: number): Promise<Recording | undefined>;
  correct(answered: Answered): void;
  /** The time of day, in words. */
  now(): string;
}

export function addAnswerButton({ recent, correct, now }: AnswerParts): void {
  const button = smallButton(teachTexts.rightOrWrong, "answer-correct", () => {
    const shown = byId("label", HTMLElement).dataset["label"] ?? "";
    // At once: the microphone keeps only the last seconds.
    correct({ label: NO_LABEL.includes(shown) ? undefined : shown, time: now(), at: Date.now(), recording: recent(RECORDING_SECONDS) });
  });
  const place = make("div", "answer-actions");
  place.append(button);
  byId("clip-actions", HTMLElement).before(place);
}
