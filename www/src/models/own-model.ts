// Opening the user's own model: the user chooses its file or drops it anywhere on
// the page, and a note reports the result.

import { SoundError } from "sourcing-sound";
import { codeOf } from "../page-error.js";
import { errorTexts } from "../texts/index.js";
import { modelTexts } from "../texts/models.js";
import { make, setText } from "../ui/dom.js";

export interface OwnModelEvents {
  opened(files: File[]): void;
  cancelled(): void;
}

/** Phones know no type for these files, and with the extensions alone they would not let the user choose them. */
const ACCEPTED = ".onnx,.json,application/json,application/octet-stream";

export class OwnModel {
  readonly element = make("div", "own-model");
  readonly #button = make("button", "button", modelTexts.openOwn);
  readonly #input = make("input", "");
  readonly #note = make("div", "own-note");
  readonly #words = make("p", "");
  readonly #detail = make("p", "own-detail");
  #opening = false;
  /** The names of the files that were opened last. */
  #names = "";

  constructor(events: OwnModelEvents) {
    this.#button.type = "button";
    this.#button.dataset["testid"] = "own-open";
    this.#button.onclick = () => (this.#opening ? events.cancelled() : this.#input.click());
    this.#input.type = "file";
    this.#input.multiple = true;
    this.#input.hidden = true;
    this.#input.accept = ACCEPTED;
    this.#input.dataset["testid"] = "own-file";
    this.#input.onchange = () => {
      const files = [...(this.#input.files ?? [])];
      // Cleared, so that the same file can be chosen again.
      this.#input.value = "";
      if (files.length > 0) this.open(files, events);
    };
    this.#note.setAttribute("role", "status");
    this.#note.dataset["testid"] = "own-note";
    this.#detail.dataset["testid"] = "own-detail";
    // The core's messages are in English.
    this.#detail.lang = "en";
    this.#note.append(this.#words, this.#detail);
    this.element.append(this.#button, this.#input, this.#note);
    this.clear();
  }

  open(files: File[], events: Pick<OwnModelEvents, "opened">): void {
    this.#names = files.map(({ name }) => name).join(", ");
    events.opened(files);
  }

  /** Whether a model can be opened: not before the first one is loaded. */
  set enabled(enabled: boolean) {
    this.#button.disabled = !enabled;
  }

  focus(): void {
    this.#button.focus();
  }

  load(): void {
    this.#opening = true;
    setText(this.#button, modelTexts.cancel);
    this.#show("", modelTexts.opening(this.#names));
  }

  finish(): void {
    // Not `disabled`: that would lose the focus.
    if (this.#opening) this.#button.ariaDisabled = "true";
  }

  clear(): void {
    this.#rest();
    this.#show("", modelTexts.ownHint);
  }

  opened(name: string, kept: boolean): void {
    this.#rest();
    this.#show("", kept ? modelTexts.kept(name) : modelTexts.notKept(name));
  }

  /** Shows what went wrong and, for the author of the file, the exact reason. */
  fail(thrown: unknown, own: boolean): void {
    this.#rest();
    const code = codeOf(thrown);
    const words = { ...errorTexts, ...modelTexts.errors, ...(own && modelTexts.problems) };
    const exactly = thrown instanceof SoundError ? thrown.message : "";
    this.#show(code, words[code], [own ? this.#names : "", exactly].filter(Boolean).join(": "));
  }

  #rest(): void {
    this.#opening = false;
    this.#button.ariaDisabled = null;
    setText(this.#button, modelTexts.openOwn);
  }

  #show(code: string, words: string, detail = ""): void {
    this.#note.dataset["code"] = code;
    setText(this.#words, words);
    setText(this.#detail, detail);
  }
}

/** Calls `dropped` with model files that are dropped on the page; while `all` is true, with any file that is not audio. */
export function watchDrops(all: () => boolean, dropped: (files: File[]) => void): void {
  // On `document`, so that it comes before the listener for recordings on `window`.
  document.addEventListener("drop", (event) => {
    // Taken by the view "Teach".
    if (event.defaultPrevented) return;
    const files = [...(event.dataTransfer?.files ?? [])];
    const isModel = ({ name }: File) => /\.(onnx|head\.json)$/i.test(name);
    const isSound = ({ type }: File) => /^(audio|video)\//.test(type);
    if (!files.some(isModel) && !(all() && files.length > 0 && !files.some(isSound))) return;
    event.preventDefault();
    dropped(files);
  });
}

/** The keys that a model's file must have, for authors of models. */
export function modelKeys(): HTMLElement {
  const details = make("details", "model-keys");
  details.dataset["testid"] = "model-keys";
  details.append(make("summary", "", modelTexts.keysTitle), make("p", "", modelTexts.keysIntro));
  const parts = make("div", "model-keys-parts");
  for (const [title, keys] of Object.entries(modelTexts.keys)) {
    const list = make("dl", "");
    for (const [key, meaning] of Object.entries(keys)) {
      const term = make("dt", "");
      term.append(make("code", "", key));
      list.append(term, make("dd", "", meaning));
    }
    const part = make("section", "");
    part.append(make("h3", "", title), list);
    parts.append(part);
  }
  details.append(parts);
  return details;
}
