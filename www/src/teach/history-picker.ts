// Chooses examples among the sounds that the history has kept.

import type { Recording } from "sourcing-sound";
import { PlayButtons } from "../sound/play-buttons.js";
import { labelWords, locale } from "../texts/index.js";
import { teachTexts } from "../texts/teach.js";
import { make, setText, smallButton } from "../ui/dom.js";
import { iconButton } from "../ui/icons.js";
import type { Origin } from "./learner.js";

/** An event of the history with its sound. */
export interface HistorySound {
  label: string;
  /** Milliseconds since 1970. */
  onset: number;
  recording(): Promise<Recording | undefined>;
}

type Use = (recording: Recording, origin: Origin) => Promise<boolean>;

export class HistoryPicker {
  readonly element = make("dialog", "ask teach-picker");
  readonly #title = make("h3", "");
  readonly #rows = make("ol", "teach-picker-rows");
  readonly #none = make("p", "teach-quiet", teachTexts.pickNone);
  readonly #playing = new PlayButtons();

  constructor() {
    this.#title.id = "teach-picker-title";
    this.element.setAttribute("aria-labelledby", this.#title.id);
    this.element.dataset["testid"] = "teach-picker";
    this.element.onclose = () => this.#playing.stop();
    const actions = make("div", "ask-actions");
    actions.append(smallButton(teachTexts.close, "teach-picker-close", () => this.element.close()));
    this.element.append(this.#title, this.#none, this.#rows, actions);
  }

  /** `use` is called with each that the user takes, and resolves to whether it became an example. */
  open(label: string, sounds: readonly HistorySound[], use: Use): void {
    setText(this.#title, teachTexts.pickTitle(label));
    this.#none.hidden = sounds.length > 0;
    this.#rows.replaceChildren(...sounds.map((sound) => this.#row(sound, use)));
    this.element.showModal();
  }

  #row({ label, onset, recording }: HistorySound, use: Use): HTMLElement {
    const words = labelWords(label);
    const time = new Date(onset).toLocaleString(locale, { dateStyle: "short", timeStyle: "medium" });
    const name = teachTexts.historyName(words, time);
    const play = iconButton("play", teachTexts.play(name), () => void this.#playing.toggle(play, recording));
    const button = smallButton(teachTexts.use, "teach-picker-use", async () => {
      // Not `disabled`: that would lose the focus.
      if (button.ariaDisabled) return;
      button.ariaDisabled = "true";
      const sound = await recording().catch(() => undefined);
      if (sound && (await use(sound, { name, made: onset }))) setText(button, teachTexts.used);
      else button.ariaDisabled = null;
    });
    button.ariaLabel = teachTexts.of(teachTexts.use, name);
    const row = make("li", "teach-picker-row");
    row.append(make("span", "history-label", words), make("span", "history-time", time), play, button);
    return row;
  }
}
