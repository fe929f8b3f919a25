// Asks whether an answer was right, and what it was if not. The sound, if there is one, becomes an example.

import type { Recording } from "sourcing-sound";
import { labelWords } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { make, setText, smallButton } from "../ui/dom.js";

/** An answer of the page, in Listen or in the history. */
export interface Answered {
  /** As the model names it; `undefined` if it named nothing. */
  label: string | undefined;
  /** When, in words. */
  time: string;
  /** When, in milliseconds since 1970; `undefined` for a file, whose sound is read again instead of kept. */
  at?: number | undefined;
  /** Its sound, if there is any. */
  recording: Promise<Recording | undefined>;
}

export interface CorrectionEvents {
  /** It was right. */
  right(answered: Answered, recording: Recording): void;
  /** It was `label` instead; `undefined`: something else. */
  wrong(answered: Answered, recording: Recording, label: string | undefined): void;
  never(label: string): void;
}

export class Correction {
  readonly #events: CorrectionEvents;
  readonly #labels: () => readonly string[];
  readonly #dialog = make("dialog", "ask correction");
  readonly #title = make("h3", "");
  readonly #right = smallButton(teachTexts.right, "correct-right", () => this.#take((answered, recording) => this.#events.right(answered, recording)));
  readonly #form = make("form", "correction-form");
  readonly #input = make("input", "settings-search");
  readonly #choices = make("datalist", "");
  readonly #noSound = make("p", "teach-quiet");
  readonly #never = smallButton("", "correct-never", () => {
    this.#dialog.close();
    if (this.#answered?.label !== undefined) this.#events.never(this.#answered.label);
  });
  /** The answer asked about last. */
  #asked: Answered | undefined;
  #answered: Answered | undefined;
  #recording: Recording | undefined;

  /** `labels` returns those that the user has taught. */
  constructor(labels: () => readonly string[], events: CorrectionEvents) {
    this.#labels = labels;
    this.#events = events;
    this.#title.id = "correction-title";
    this.#dialog.setAttribute("aria-labelledby", this.#title.id);
    this.#dialog.dataset["testid"] = "correction";
    this.#choices.id = "correction-labels";
    this.#input.setAttribute("list", this.#choices.id);
    this.#input.maxLength = 60;
    this.#input.placeholder = teachTexts.wrongHint;
    this.#input.dataset["testid"] = "correct-label";
    const words = make("label", "correction-label", teachTexts.wrong);
    words.append(this.#input);
    const save = make("button", "button small", teachTexts.wrongDo);
    save.type = "submit";
    save.dataset["testid"] = "correct-wrong";
    this.#form.append(words, save, this.#choices);
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      const label = this.#input.value.trim();
      this.#take((answered, recording) => this.#events.wrong(answered, recording, label === "" ? undefined : label));
    };
    const actions = make("div", "ask-actions");
    actions.append(this.#never, smallButton(teachTexts.cancel, "correct-cancel", () => this.#dialog.close()));
    this.#dialog.append(this.#title, this.#noSound, this.#right, this.#form, actions);
    document.body.append(this.#dialog);
  }

  async open(answered: Answered): Promise<void> {
    this.#asked = answered;
    const recording = await answered.recording.catch(() => undefined);
    // Another answer was asked about meanwhile.
    if (this.#asked !== answered) return;
    this.#recording = recording;
    this.#answered = answered;
    const { label, at } = answered;
    const words = label === undefined ? "" : labelWords(label);
    setText(this.#title, label === undefined ? teachTexts.correctUnknown : teachTexts.correctTitle(words));
    setText(this.#never, teachTexts.never(words));
    this.#never.hidden = label === undefined;
    const usable = recording !== undefined && recording.pcm.length > 0;
    setText(this.#noSound, at === undefined ? teachTexts.unreadable : teachTexts.noSound);
    this.#noSound.hidden = usable;
    this.#right.hidden = !usable || label === undefined;
    this.#form.hidden = !usable;
    this.#input.value = "";
    this.#choices.replaceChildren(...this.#labels().map((label) => new Option(label, label)));
    this.#dialog.showModal();
  }

  #take(call: (answered: Answered, recording: Recording) => void): void {
    this.#dialog.close();
    if (this.#answered && this.#recording) call(this.#answered, this.#recording);
  }
}
