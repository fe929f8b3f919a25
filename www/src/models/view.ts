// The Models view: the list, the details of the selected model, and the user's own
// models.

import { modelTexts } from "../texts/models.js";
import { make } from "../ui/dom.js";
import { choiceName } from "./choice-words.js";
import { ModelItem } from "./item.js";
import type { Choice } from "./manifest.js";
import { modelKeys, OwnModel, watchDrops } from "./own-model.js";
import { ModelSheet } from "./sheet.js";
import type { ModelSwitcherView } from "./switcher.js";

export interface ModelsViewEvents {
  chosen(choice: Choice): void;
  cancelled(): void;
  opened(files: File[]): void;
  removed(choice: Choice): void;
  /** A model was dropped while another view was shown. */
  wanted(): void;
}

export class ModelsView implements ModelSwitcherView {
  readonly #root: HTMLElement;
  readonly #events: ModelsViewEvents;
  readonly #site = make("ol", "model-list-entries");
  readonly #own = make("ol", "model-list-entries");
  readonly #ownTitle = make("h3", "model-list-own", modelTexts.own);
  readonly #ownModel: OwnModel;
  readonly #sheet = new ModelSheet();
  #items: ModelItem[] = [];
  #active: Choice | undefined;
  #selected: Choice | undefined;
  /** The one that is being loaded; `undefined` for a file that the user opened. */
  #loading: ModelItem | undefined;

  /** `root` is an empty section. */
  constructor(root: HTMLElement, events: ModelsViewEvents) {
    this.#root = root;
    this.#events = events;
    this.#ownModel = new OwnModel(events);
    this.#ownModel.enabled = false;
    const title = make("h2", "visually-hidden", modelTexts.title);
    title.id = "models-title";
    root.setAttribute("aria-labelledby", title.id);
    const lists = make("div", "model-list-groups");
    lists.setAttribute("role", "radiogroup");
    lists.setAttribute("aria-labelledby", title.id);
    lists.append(this.#site, this.#ownTitle, this.#own);
    this.#ownTitle.hidden = true;
    const side = make("div", "model-list-side");
    side.append(lists, this.#ownModel.element);
    const frame = make("div", "model-list");
    frame.append(side, this.#sheet.element);
    root.append(title, frame, modelKeys());
    watchDrops(
      () => !root.hidden,
      (files) => {
        if (root.hidden) events.wanted();
        this.#ownModel.open(files, events);
      },
    );
  }

  /** The view is shown: selects the model in use. */
  show(): void {
    if (this.#active) this.#select(this.#active);
  }

  offer(choices: Choice[], active: Choice): void {
    const focused = document.activeElement;
    this.#items = choices.map((choice) => this.#itemOf(choice) ?? this.#newItem(choice));
    const elements = (own: boolean) =>
      this.#items.filter(({ choice }) => (choice.from === "person") === own).map(({ element }) => element);
    this.#site.replaceChildren(...elements(false));
    this.#own.replaceChildren(...elements(true));
    this.#ownTitle.hidden = this.#own.childElementCount === 0;
    this.#ownModel.enabled = true;
    this.#activate(active);
    // The entry that was removed may have been selected, or had the focus.
    if (!this.#selected || !choices.includes(this.#selected)) this.#select(active);
    if (!(focused instanceof HTMLElement) || focused === document.activeElement) return;
    if (focused.isConnected) focused.focus();
    else if (!this.#root.hidden) this.#ownModel.focus();
  }

  load(choice: Choice | undefined): void {
    this.#end();
    this.#loading = choice && this.#itemOf(choice);
    this.#loading?.setState("loading");
    if (!choice) this.#ownModel.load();
  }

  progress(loadedBytes: number, totalBytes: number): void {
    this.#loading?.progress(loadedBytes, totalBytes);
  }

  finish(): void {
    this.#loading?.finish();
    this.#ownModel.finish();
  }

  activate(choice: Choice): void {
    this.#end();
    this.#activate(choice);
    this.#select(choice);
  }

  giveUp(): void {
    this.#end();
  }

  fail(thrown: unknown, choice: Choice | undefined): void {
    this.#ownModel.fail(thrown, choice === undefined);
  }

  opened(choice: Choice, kept: boolean): void {
    this.#ownModel.opened(choiceName(choice), kept);
  }

  /** Loading has ended. */
  #end(): void {
    this.#loading?.setState(this.#loading.choice === this.#active ? "active" : "rest");
    this.#loading = undefined;
    this.#ownModel.clear();
  }

  #activate(active: Choice): void {
    this.#active = active;
    for (const item of this.#items) {
      if (item !== this.#loading) item.setState(item.choice === active ? "active" : "rest");
    }
  }

  #select(choice: Choice): void {
    this.#selected = choice;
    for (const item of this.#items) item.selected = item.choice === choice;
    this.#sheet.show(choice);
  }

  #itemOf(choice: Choice): ModelItem | undefined {
    return this.#items.find((item) => item.choice === choice);
  }

  #newItem(choice: Choice): ModelItem {
    const { chosen, cancelled, removed } = this.#events;
    return new ModelItem(choice, {
      selected: () => this.#select(choice),
      chosen: () => {
        this.#select(choice);
        chosen(choice);
      },
      cancelled,
      removed,
    });
  }
}
