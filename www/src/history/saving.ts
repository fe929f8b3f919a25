// The history as a file, and its end.

import type { Row } from "../export/rows.js";
import { type Format, saveRows } from "../export/save.js";
import { historyTexts } from "../texts/index.js";
import { make } from "../ui/dom.js";
import { endOfDay } from "./day.js";
import type { HistoryEvent } from "./event.js";
import type { HistoryStore } from "./store.js";

export class HistorySaving {
  readonly element = make("section", "history-saving");
  readonly #store: HistoryStore;
  readonly #day: () => Date;
  readonly #what = make("select", "button small") as HTMLSelectElement;

  constructor(store: HistoryStore, day: () => Date) {
    this.#store = store;
    this.#day = day;
    for (const [value, words] of [["day", historyTexts.exportedDay], ["all", historyTexts.exportedAll]] as const) {
      const option = make("option", "", words) as HTMLOptionElement;
      option.value = value;
      this.#what.append(option);
    }
    this.#what.dataset["testid"] = "history-what";
    const label = make("label", "models-quiet history-choice", historyTexts.exported);
    label.append(this.#what);
    const formats = (Object.entries(historyTexts.formats) as [Format, string][]).map(([format, words]) =>
      pressed(words, `history-${format}`, () => void this.#save(format)),
    );
    const dialog = this.#dialog();
    this.element.append(label, ...formats, pressed(historyTexts.removeAll, "history-remove-all", () => dialog.showModal()), dialog);
  }

  async #save(format: Format): Promise<void> {
    const day = this.#day();
    const all = this.#what.value === "all";
    const events = await this.#store.between(all ? 0 : day.getTime(), all ? Infinity : endOfDay(day));
    const name = all ? "sounds" : `sounds-${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
    saveRows(name, format, events.map(toRow), events.map(toJson));
  }

  #dialog(): HTMLDialogElement {
    const dialog = make("dialog", "ask") as HTMLDialogElement;
    const words = make("p", "", historyTexts.removeAllAsk);
    words.id = "remove-all-words";
    dialog.setAttribute("aria-labelledby", words.id);
    const cancel = pressed(historyTexts.cancel, "history-keep-all", () => dialog.close());
    const remove = pressed(historyTexts.removeAllDo, "history-really", () => {
      dialog.close();
      void this.#store.removeAll();
    });
    cancel.autofocus = true;
    const actions = make("div", "ask-actions");
    actions.append(cancel, remove);
    dialog.append(words, actions);
    return dialog;
  }
}

function toRow({ label, onset, offset, score, model }: HistoryEvent): Row {
  return { label, onset: onset / 1000, offset: offset / 1000, score, model };
}

/** Times as people and programs read them alike. */
function toJson({ label, onset, offset, score, model, hasClip }: HistoryEvent): object {
  const iso = (ms: number) => new Date(ms).toISOString();
  return { label, onset: iso(onset), offset: iso(offset), duration: (offset - onset) / 1000, score, model, clip: hasClip };
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function pressed(words: string, id: string, work: () => void): HTMLButtonElement {
  const button = make("button", "button small", words) as HTMLButtonElement;
  button.type = "button";
  button.dataset["testid"] = id;
  button.onclick = work;
  return button;
}
