// How often each sound was detected in each hour of a day.

import { historyTexts } from "../texts/history.js";
import { labelWords, locale } from "../texts/index.js";
import { make } from "../ui/dom.js";
import type { HistoryEvent } from "./store.js";

export class HistoryCounts {
  readonly element = make("section", "history-counts");
  readonly #table = document.createElement("table");

  constructor() {
    const scroller = make("div", "history-scroller");
    scroller.tabIndex = 0;
    scroller.role = "region";
    scroller.ariaLabel = historyTexts.counts;
    scroller.append(this.#table);
    this.#table.dataset["testid"] = "history-counts";
    this.element.append(make("h3", "", historyTexts.counts), scroller);
  }

  show(events: readonly HistoryEvent[], day: Date): void {
    const counts = new Map<string, number[]>();
    for (const { label, onset } of events) {
      const row = counts.get(label) ?? new Array<number>(24).fill(0);
      row[new Date(onset).getHours()]! += 1;
      counts.set(label, row);
    }
    const sum = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);
    const rows = [...counts].sort(([, a], [, b]) => sum(b) - sum(a));
    const most = Math.max(1, ...rows.flatMap(([, row]) => row));
    // Hours before the first and after the last sound are left out.
    const hours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => rows.some(([, row]) => row[hour]! > 0));
    const [first, last] = [hours[0] ?? 0, hours.at(-1) ?? 0];
    const shown = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const head = document.createElement("tr");
    head.append(header(historyTexts.label, "col"), ...shown.map((hour) => header(hourWords(day, hour), "col")), header(historyTexts.total, "col"));
    const body = rows.map(([label, row]) => {
      const line = document.createElement("tr");
      line.dataset["label"] = label;
      const cells = shown.map((hour) => {
        const count = row[hour]!;
        const cell = make("td", "", count === 0 ? "" : String(count));
        cell.style.setProperty("--part", String(count / most));
        cell.toggleAttribute("data-some", count > 0);
        return cell;
      });
      const name = header(labelWords(label), "row");
      name.title = labelWords(label);
      line.append(name, ...cells, make("td", "history-sum", String(sum(row))));
      return line;
    });
    this.#table.replaceChildren(head, ...body);
  }
}

function header(words: string, scope: "col" | "row"): HTMLElement {
  const cell = make("th", "", words);
  cell.scope = scope;
  return cell;
}

function hourWords(day: Date, hour: number): string {
  const at = new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour);
  const parts = new Intl.DateTimeFormat(locale, { hour: "numeric" }).formatToParts(at);
  // "5 AM", but "05" instead of "05 Uhr": the columns are narrow.
  const words = parts.filter(({ type }) => type === "hour" || type === "dayPeriod");
  return words.map(({ value }) => value).join("\u202f");
}
