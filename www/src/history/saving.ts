// Saves the history as a file, or deletes it.

import type { Row } from "../export/rows.js";
import { type Format, formatButtons, saveRows } from "../export/save.js";
import { historyTexts } from "../texts/history.js";
import { askDialog } from "../ui/ask.js";
import { make, option, smallButton } from "../ui/dom.js";
import { dateOf, endOfDay } from "./day.js";
import type { HistoryEvent, HistoryStore } from "./store.js";

export class HistorySaving {
  readonly element = make("section", "history-saving");
  readonly #store: HistoryStore;
  readonly #muted: (label: string) => boolean;
  readonly #day: () => Date;
  readonly #what = make("select", "button small");

  constructor(store: HistoryStore, muted: (label: string) => boolean, day: () => Date) {
    this.#store = store;
    this.#muted = muted;
    this.#day = day;
    for (const [value, words] of [["day", historyTexts.exportedDay], ["all", historyTexts.exportedAll]] as const) {
      this.#what.append(option(value, words));
    }
    this.#what.dataset["testid"] = "history-what";
    const label = make("label", "models-quiet history-choice", historyTexts.exported);
    label.append(this.#what);
    const formats = formatButtons("history", (format) => void this.#save(format));
    const dialog = this.#dialog();
    const removeAll = smallButton(historyTexts.removeAll, "history-remove-all", () => dialog.showModal());
    this.element.append(label, ...formats, removeAll, dialog);
  }

  async #save(format: Format): Promise<void> {
    const day = this.#day();
    const all = this.#what.value === "all";
    const kept = await this.#store.between(all ? 0 : day.getTime(), all ? Infinity : endOfDay(day));
    const events = kept.filter(({ label }) => !this.#muted(label));
    const name = all ? "sounds" : `sounds-${dateOf(day)}`;
    saveRows(name, format, events.map(toRow), () => events.map(toJson));
  }

  #dialog(): HTMLDialogElement {
    return askDialog({
      words: historyTexts.removeAllAsk,
      no: historyTexts.cancel,
      yes: historyTexts.removeAllDo,
      noId: "history-keep-all",
      yesId: "history-really",
      confirmed: () => void this.#store.removeAll(),
    });
  }
}

function toRow({ label, onset, offset, score, model }: HistoryEvent): Row {
  return { label, onset: onset / 1000, offset: offset / 1000, score, model };
}

/** With times as ISO 8601. */
function toJson({ label, onset, offset, score, others = [], model, hasClip }: HistoryEvent): object {
  const iso = (ms: number) => new Date(ms).toISOString();
  return { label, onset: iso(onset), offset: iso(offset), duration: (offset - onset) / 1000, score, others, model, clip: hasClip };
}
