// The view "Files": recordings, classified one after the other, each with a card.
//
// In: files that the user chooses or drops, and the model in use. Out: the result of each recording, on its card and as a
// file to save.

import type { ModelInfo } from "sourcing-sound";
import { type Format, formatButtons, saveRows, saveTracks } from "../export/save.js";
import { loadStyle } from "../late/style.js";
import type { Muted } from "../listen/muted.js";
import type { ActiveModel } from "../models/active-model.js";
import type { Settings, SettingsStore } from "../settings.js";
import files from "../styles/files.css?url";
import timeline from "../styles/timeline.css?url";
import { fileTexts } from "../texts/files.js";
import { byId, make, setText, smallButton } from "../ui/dom.js";
import { FileCard } from "./card.js";
import type { Chosen, Found, Kind } from "./folders.js";
import { prepareFileInput } from "./input.js";
import { keepDecoderOnceLoaded } from "./keep-decoder.js";
import type { Answered } from "./part-list.js";

await Promise.all([timeline, files].map(loadStyle));

export interface FilesParts {
  settings: SettingsStore;
  model: ActiveModel;
  muted: Muted;
  /** The user wants to say whether an answer was right. */
  correct(answered: Answered): void;
  /** Recordings were added, perhaps while another view is shown. */
  wanted(): void;
}

export class FilesView {
  readonly #parts: FilesParts;
  readonly #root = byId("view-files", HTMLElement);
  readonly #list = make("div", "files-list");
  readonly #exports = make("div", "files-exports");
  readonly #summary = make("p", "files-summary");
  /** For screen readers. The progress of a recording is not announced: it changes all the time. */
  readonly #ended = make("p", "visually-hidden");
  readonly #all = make("div", "files-all");
  readonly #cancelAll = smallButton(fileTexts.cancelAll, "files-cancel", () => this.#cards.forEach((card) => card.cancel()));
  readonly #removeAll = smallButton(fileTexts.removeAll, "files-remove", () => this.#clear());
  readonly #cards: FileCard[] = [];
  #queue: Promise<void> = Promise.resolve();
  /** What the cards leave out. */
  #leftOut: string;
  #info: ModelInfo | undefined;

  constructor(parts: FilesParts) {
    this.#parts = parts;
    this.#leftOut = mutesOf(parts.settings.all);
    this.#build();
    keepDecoderOnceLoaded();
    prepareFileInput({
      chosen: (chosen) => this.#take(chosen),
      hovering: (over) => document.body.toggleAttribute("data-hovering", over),
    });
  }

  add(files: Iterable<File>): void {
    this.#parts.wanted();
    setText(this.#summary, "");
    for (const file of files) this.#list.prepend(this.#add({ file, path: file.name }));
    this.#showButtons();
  }

  /** The newest comes first, but the recordings of a folder stay in their order. */
  #take({ found, passedOver, folders }: Chosen): void {
    if (!folders && passedOver.size === 0) return this.add(found.map(({ file }) => file));
    this.#parts.wanted();
    this.#list.prepend(...found.map((one) => this.#add(one)));
    setText(this.#summary, summaryOf(found.length, passedOver));
    this.#showButtons();
  }

  #add(found: Found): HTMLElement {
    const card = new FileCard(found, this.#parts.muted, {
      again: () => this.#classify(card),
      correct: (answered) => this.#parts.correct(answered),
      removed: () => this.#remove(card),
      changed: () => this.#showButtons(),
      ended: (words) => setText(this.#ended, words),
    });
    if (this.#info) card.describe(this.#info);
    this.#cards.push(card);
    this.#classify(card);
    return card.element;
  }

  /** The focus moves to the next recording, or else to the button that opens some. */
  #remove({ element }: FileCard): void {
    const next = element.nextElementSibling ?? element.previousElementSibling;
    element.remove();
    this.#cards.splice(this.#cards.findIndex((card) => card.element === element), 1);
    this.#showButtons();
    const button = next?.querySelector<HTMLElement>("[data-testid=file-remove]") ?? byId("choose", HTMLElement);
    button.focus();
  }

  #clear(): void {
    for (const card of this.#cards.splice(0)) card.close();
    this.#list.replaceChildren();
    setText(this.#summary, "");
    this.#showButtons();
    byId("choose", HTMLElement).focus();
  }

  /** Another model is in use: finished recordings can be classified again with it. */
  describe(info: ModelInfo): void {
    this.#info = info;
    for (const card of this.#cards) card.describe(info);
  }

  /** The settings have changed. If nothing was muted or unmuted, the cards stay as they are, with the focus. */
  showMuted(): void {
    const leftOut = mutesOf(this.#parts.settings.all);
    if (leftOut === this.#leftOut) return;
    this.#leftOut = leftOut;
    for (const card of this.#cards) card.showMuted();
  }

  #classify(card: FileCard): void {
    const signal = card.wait();
    this.#queue = this.#queue.then(async () => {
      if (signal.aborted) return;
      const work = card.classify(this.#parts.model, signal);
      this.#parts.model.hold(work);
      await work;
    });
  }

  #build(): void {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", id: "file", multiple: true, hidden: true });
    input.accept = "audio/*,video/*,.wav,.flac,.mp3,.ogg,.m4a,.opus,.aac,.webm,.mka,.aif,.aiff,.aifc,.au,.snd,.caf,.w64,.rf64,.bwf,.mp2";
    input.dataset["testid"] = "file";
    const choose = make("button", "button primary", fileTexts.choose);
    Object.assign(choose, { type: "button", id: "choose" });
    choose.dataset["testid"] = "choose";
    const folder = document.createElement("input");
    Object.assign(folder, { type: "file", id: "folder", webkitdirectory: true, hidden: true });
    folder.dataset["testid"] = "folder";
    const chooseFolder = make("button", "button", fileTexts.chooseFolder);
    Object.assign(chooseFolder, { type: "button", id: "choose-folder" });
    chooseFolder.dataset["testid"] = "choose-folder";
    // Phones have no folders to choose.
    chooseFolder.hidden = !("webkitdirectory" in folder);
    const buttons = make("div", "files-buttons");
    buttons.append(choose, chooseFolder, input, folder);
    this.#summary.role = "status";
    this.#summary.dataset["testid"] = "files-summary";
    const head = make("div", "files-head");
    head.append(make("h2", "", fileTexts.title), this.#exports);
    const drop = make("div", "files-drop");
    drop.append(make("p", "", fileTexts.intro), buttons);
    this.#list.dataset["testid"] = "files";
    const formats = formatButtons("files", (format) => this.#save(format));
    this.#exports.append(make("span", "models-quiet", fileTexts.saveAll), ...formats);
    this.#ended.role = "status";
    this.#ended.dataset["testid"] = "files-ended";
    this.#all.append(this.#cancelAll, this.#removeAll);
    this.#root.replaceChildren(head, drop, this.#summary, this.#ended, this.#all, this.#list);
    this.#showButtons();
  }

  /** A single file has its own buttons. */
  #showButtons(): void {
    const isSingle = (is: (card: FileCard) => boolean) => this.#cards.filter(is).length < 2;
    this.#exports.hidden = isSingle((card) => card.hasNamed);
    this.#cancelAll.hidden = isSingle((card) => card.isBusy);
    this.#removeAll.hidden = isSingle(() => true);
    this.#all.hidden = this.#removeAll.hidden;
  }

  /** In the order in which they are shown. */
  #save(format: Format): void {
    const places = new Map([...this.#list.children].map((element, place) => [element, place]));
    const cards = [...this.#cards].sort((a, b) => places.get(a.element)! - places.get(b.element)!);
    // A label track belongs to one recording.
    if (format === "audacity") return saveTracks("recordings", cards.map((card) => card.rows()).filter(({ length }) => length > 0));
    saveRows("recordings", format, cards.flatMap((card) => card.rows()), () => cards.flatMap((card) => card.whole() ?? []));
  }
}

/** To compare it. */
function mutesOf({ muted, mutedGroups }: Settings): string {
  return JSON.stringify([muted, mutedGroups]);
}

/** The most kinds that are named. */
const MOST_KINDS = 6;

function summaryOf(found: number, passedOver: ReadonlyMap<Kind, number>): string {
  const words = found === 0 ? fileTexts.noneFound : fileTexts.found(found);
  if (passedOver.size === 0) return words;
  const kinds = [...passedOver].sort(([a, most], [b, more]) => more - most || a.localeCompare(b));
  const named = kinds.slice(0, MOST_KINDS).map(([kind, count]) => fileTexts.kind(kind, count));
  const others = kinds.slice(MOST_KINDS).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) named.push(fileTexts.otherKinds(others));
  return `${words} ${fileTexts.passedOver(named.join(", "))}`;
}
