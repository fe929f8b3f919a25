// The view "Files": recordings, classified one after the other, each with a card.
//
// In: files that the user chooses or drops, and the model in use. Out: the result of each recording, on its card and as a
// file to save.

import type { ModelInfo } from "sourcing-sound";
import { type Format, formatButtons, saveRows } from "../export/save.js";
import type { ActiveModel } from "../models/active-model.js";
import { fileTexts } from "../texts/files.js";
import { byId, make } from "../ui/dom.js";
import { FileCard } from "./card.js";
import { prepareFileInput } from "./input.js";

export interface FilesParts {
  model: ActiveModel;
  /** Recordings were added, perhaps while another view is shown. */
  wanted(): void;
}

export class FilesView {
  readonly #parts: FilesParts;
  readonly #root = byId("view-files", HTMLElement);
  readonly #list = make("div", "files-list");
  readonly #exports = make("div", "files-exports");
  readonly #cards: FileCard[] = [];
  #queue: Promise<void> = Promise.resolve();
  #info: ModelInfo | undefined;

  constructor(parts: FilesParts) {
    this.#parts = parts;
    this.#build();
    prepareFileInput({
      chosen: (files) => this.add(files),
      hovering: (over) => document.body.toggleAttribute("data-hovering", over),
    });
  }

  add(files: Iterable<File>): void {
    this.#parts.wanted();
    for (const file of files) {
      const card = new FileCard(file, {
        again: () => this.#classify(card),
        removed: () => {
          this.#cards.splice(this.#cards.indexOf(card), 1);
          this.#showExports();
        },
      });
      if (this.#info) card.describe(this.#info);
      this.#cards.unshift(card);
      this.#list.prepend(card.element);
      this.#classify(card);
    }
    this.#showExports();
  }

  /** Another model is in use: finished recordings can be classified again with it. */
  describe(info: ModelInfo): void {
    this.#info = info;
    for (const card of this.#cards) card.describe(info);
  }

  #classify(card: FileCard): void {
    card.wait();
    this.#queue = this.#queue.then(async () => {
      const work = card.classify(this.#parts.model);
      this.#parts.model.hold(work);
      await work;
      this.#showExports();
    });
  }

  #build(): void {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", id: "file", multiple: true, hidden: true });
    input.accept = "audio/*,video/*,.wav,.flac,.mp3,.ogg,.m4a,.opus,.aac,.webm,.mka";
    input.dataset["testid"] = "file";
    const choose = make("button", "button primary", fileTexts.choose);
    Object.assign(choose, { type: "button", id: "choose" });
    choose.dataset["testid"] = "choose";
    const head = make("div", "files-head");
    head.append(make("h2", "", fileTexts.title), this.#exports);
    const drop = make("div", "files-drop");
    drop.append(make("p", "", fileTexts.intro), choose, input);
    this.#list.dataset["testid"] = "files";
    const formats = formatButtons("files", (format) => this.#save(format));
    this.#exports.append(make("span", "models-quiet", fileTexts.saveAll), ...formats);
    this.#root.replaceChildren(head, drop, this.#list);
    this.#showExports();
  }

  /** A single file has its own buttons. */
  #showExports(): void {
    this.#exports.hidden = this.#cards.filter((card) => card.rows().length > 0).length < 2;
  }

  #save(format: Format): void {
    const rows = this.#cards.flatMap((card) => card.rows());
    const whole = this.#cards.flatMap((card) => card.whole() ?? []);
    saveRows("recordings", format, rows, whole);
  }
}
