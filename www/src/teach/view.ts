// The view "Teach": a field for a name, a card per label, and what concerns all of them.

import type { Category } from "sourcing-sound";
import { PlayButtons } from "../sound/play-buttons.js";
import { teachTexts } from "../texts/teach.js";
import { askDialog } from "../ui/ask.js";
import { byId, checkbox, make, setText, smallButton } from "../ui/dom.js";
import { type CardEvents, TeachCard } from "./card.js";
import type { TileEvents } from "./example-tile.js";
import type { Learner, LearnState } from "./learner.js";
import type { Mutes } from "./mutes.js";
import type { TaughtStore } from "./store.js";

/** `data-state` of the view. `waiting`: learned, but another model is in use. */
export type ViewState = LearnState | "adding" | "waiting";

export interface TeachViewEvents extends TileEvents {
  named(label: string): void;
  record(label: string | undefined, left: (seconds: number | undefined) => void): void;
  stop(): void;
  recent(label: string | undefined): void;
  chosen(label: string | undefined, files: File[]): void;
  history(label: string | undefined): void;
  removedLabel(label: string): void;
  /** The user wants the model that is taught. */
  everyday(): void;
  /** Starts listening, or ends it. */
  listen(): void;
  /** `hasSound`: with the sound of the examples. */
  save(hasSound: boolean): void;
  opened(files: File[]): void;
  removedAll(): void;
}

export interface TeachViewParts {
  store: TaughtStore;
  learner: Learner;
  mutes: Mutes;
}

export class TeachView {
  readonly root = byId("view-teach", HTMLElement);
  readonly #parts: TeachViewParts;
  readonly #events: TeachViewEvents;
  /** Those of the examples. */
  readonly playing = new PlayButtons();
  readonly #input = make("input", "settings-search teach-name");
  readonly #notice = make("p", "teach-notice");
  readonly #warning = make("p", "notice teach-warning");
  readonly #other = make("div", "teach-other");
  readonly #list = make("div", "files-list");
  readonly #cards = new Map<string, TeachCard>();
  readonly #something: TeachCard;
  readonly #save = smallButton(teachTexts.save, "teach-save", () => this.#events.save(this.#saveSound.checked));
  readonly #saveSoundRow = checkbox(teachTexts.saveSound, false, "teach-save-sound", () => undefined);
  readonly #saveSound = this.#saveSoundRow.querySelector("input")!;
  readonly #trying = make("div", "teach-trying");
  readonly #listen = smallButton(teachTexts.listen, "teach-listen", () => this.#events.listen());
  readonly #removeAll: HTMLButtonElement;
  /** What the user has to know, until the next action. */
  #said: { code: string; words: string } | undefined;
  #state: ViewState = "rest";

  constructor(parts: TeachViewParts, events: TeachViewEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#something = this.#newCard(undefined);
    const dialog = askDialog({
      words: teachTexts.removeAllAsk,
      no: teachTexts.cancel,
      yes: teachTexts.removeAllDo,
      noId: "teach-keep-all",
      yesId: "teach-really",
      confirmed: () => events.removedAll(),
    });
    this.#removeAll = smallButton(teachTexts.removeAll, "teach-remove-all", () => dialog.showModal());
    this.#notice.role = "status";
    this.#notice.dataset["testid"] = "teach-notice";
    this.#warning.dataset["code"] = "storage";
    this.#other.dataset["testid"] = "teach-other";
    this.#other.append(
      make("p", "", teachTexts.otherModel),
      smallButton(teachTexts.useEveryday, "teach-everyday", () => events.everyday()),
    );
    this.#other.hidden = true;
    this.#trying.append(make("p", "", teachTexts.trying), this.#listen);
    this.#trying.hidden = true;
    const head = make("div", "teach-head");
    head.append(
      make("h2", "", teachTexts.title),
      make("p", "teach-intro", teachTexts.intro),
      make("p", "teach-quiet", teachTexts.privacy),
    );
    const above = [head, this.#warning, this.#other, this.#form(), this.#notice, this.#trying];
    this.root.replaceChildren(...above, this.#list, parts.mutes.element, this.#file(dialog));
  }

  /** Shows the examples and what was learned from them. */
  show(state: ViewState): void {
    const { store, learner } = this.#parts;
    this.#state = state;
    this.root.dataset["state"] = state;
    const labels = store.labels;
    for (const [label, card] of this.#cards) {
      if (labels.includes(label)) continue;
      const hadFocus = card.element.contains(document.activeElement);
      card.element.remove();
      this.#cards.delete(label);
      if (hadFocus) this.#input.focus();
    }
    for (const label of labels) {
      const card = this.#cards.get(label) ?? this.#newCard(label);
      // The newest comes first, something else last.
      if (!card.element.isConnected) this.#list.prepend(card.element);
      this.#cards.set(label, card);
      card.show(store.of(label), learner.report);
    }
    this.#list.append(...(this.#list.lastChild === this.#something.element ? [] : [this.#something.element]));
    this.#something.show(store.of(undefined), undefined);
    this.#trying.hidden = state !== "learned";
    this.#saveSound.disabled = !store.examples.some(({ hasSound }) => hasSound);
    this.#save.disabled = !store.examples.some(({ example }) => example.label !== undefined);
    this.#removeAll.disabled = labels.length === 0 && store.examples.length === 0;
    this.#warn();
    this.#showNotice();
  }

  /** Shows whether the page listens, and how sure it is of each sound. */
  follow(listens: boolean, categories: readonly Category[], thresholdOf: (label: string) => number): void {
    setText(this.#listen, listens ? teachTexts.stopListening : teachTexts.listen);
    for (const [label, card] of this.#cards) {
      card.follow(listens, categories.find((category) => category.label === label)?.score, thresholdOf(label));
    }
  }

  /** Shows a message until the next action; `code` is "" if it is not a problem. */
  say(words: string, code = ""): void {
    this.#said = { code, words };
    this.#showNotice();
  }

  /** The user starts another action. */
  clear(): void {
    this.#said = undefined;
    this.#showNotice();
  }

  /** Whether the model in use is not the one that is taught. */
  set otherModel(other: boolean) {
    this.#other.hidden = !other;
  }

  focus(label: string): void {
    this.#cards.get(label)?.focus();
  }

  #warn(): void {
    const { store, learner } = this.#parts;
    const outdated = learner.outdated > 0 ? teachTexts.outdated(learner.outdated) : "";
    const words = store.lasting ? outdated : teachTexts.notLasting;
    setText(this.#warning, words);
    this.#warning.hidden = words === "";
  }

  #showNotice(): void {
    const { code, words } = this.#said ?? { code: "", words: teachTexts.states[this.#state] };
    this.#notice.dataset["code"] = code;
    setText(this.#notice, words);
  }

  #form(): HTMLElement {
    const form = make("form", "teach-form");
    const label = make("label", "teach-name-label", teachTexts.name);
    this.#input.placeholder = teachTexts.nameHint;
    this.#input.maxLength = 60;
    this.#input.autocomplete = "off";
    this.#input.dataset["testid"] = "teach-name";
    label.append(this.#input);
    const add = make("button", "button small", teachTexts.add);
    add.type = "submit";
    add.dataset["testid"] = "teach-add";
    form.append(label, add);
    form.onsubmit = (event) => {
      event.preventDefault();
      const name = this.#input.value.trim().replaceAll(/\s+/g, " ");
      if (name === "") return this.say(teachTexts.nameless, "name");
      this.#input.value = "";
      this.#events.named(name);
    };
    return form;
  }

  #file(dialog: HTMLDialogElement): HTMLElement {
    const input = make("input", "");
    Object.assign(input, { type: "file", multiple: true, hidden: true, accept: ".json,application/json" });
    input.dataset["testid"] = "teach-import";
    input.onchange = () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      if (files.length > 0) this.#events.opened(files);
    };
    const actions = make("div", "teach-adding");
    const open = smallButton(teachTexts.open, "teach-open", () => input.click());
    actions.append(this.#save, open, input, this.#removeAll, dialog);
    const section = make("section", "teach-whole");
    section.append(make("h3", "", teachTexts.file), make("p", "teach-quiet", teachTexts.fileHelp), this.#saveSoundRow, actions);
    return section;
  }

  #newCard(label: string | undefined): TeachCard {
    const { record, stop, recent, chosen, history, removedLabel, sound, remove } = this.#events;
    const events: CardEvents = {
      record: (left) => record(label, left),
      stop,
      recent: () => recent(label),
      chosen: (files) => chosen(label, files),
      history: () => history(label),
      removed: () => label !== undefined && removedLabel(label),
      sound,
      remove,
    };
    return new TeachCard(label, this.playing, events);
  }
}
