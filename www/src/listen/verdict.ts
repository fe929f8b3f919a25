// The answer, readable across a room, and the best scores.

import type { Category, GroupScore, ModelInfo } from "sourcing-sound";
import { labelWords, texts } from "../texts/index.js";
import { byId, make, setText } from "../ui/dom.js";
import { percent } from "../ui/format.js";
import { setIcon } from "../ui/icons.js";
import type { Announcer } from "./announcer.js";
import { GroupedName, groupOf, groupWords } from "./groups.js";
import { isSilence, QUIET } from "./quiet.js";

/** How many labels are shown with their scores. */
const SHOWN = 4;

/** `data-label` and icon of the answer when no label reaches its threshold. */
const REJECTED = "rejected";
const REJECTED_ICON = "other";

/** The icon of a status, for a model whose answers have icons too: no name moves when the first answer appears. */
const STATUS_ICON = "ear";

/** What an answer is made from: an update or a prediction. */
export interface Scores {
  categories: readonly Category[];
  groups: readonly GroupScore[];
  rejected: boolean;
}

/** `data-size` of the answer, largest first; a name that fits in none is cut off in the smallest. */
const SIZES = ["large", "medium", "small"];

/** An answer as it is shown. */
interface Answer {
  label: string;
  words: string;
  icon: string | undefined;
  detail: string;
  group: string;
}

export class Verdict {
  readonly #stage = byId("stage", HTMLElement);
  readonly #source = byId("source", HTMLElement);
  readonly #icon = byId("icon", HTMLElement);
  readonly #label = byId("label", HTMLElement);
  readonly #detail = byId("detail", HTMLElement);
  readonly #group = byId("group", HTMLElement);
  readonly #rows: ScoreRow[];
  readonly #announcer: Announcer;
  /** What was written last, and the room that it had. */
  #room = "";

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
    this.#rows = Array.from({ length: SHOWN }, () => new ScoreRow());
    byId("scores", HTMLElement).replaceChildren(...this.#rows.map((row) => row.element));
    // Also when the view is shown again: a hidden view has no size to measure.
    new ResizeObserver(() => this.#write(this.#label.title)).observe(this.#label.parentElement!);
  }

  /** Reserves the space for icons if this model's answers have some, as those of the first model have. */
  describe({ groups }: ModelInfo): void {
    this.#stage.toggleAttribute("data-grouped", groups.length > 0);
  }

  /** Shows a status instead of an answer. */
  wait(source: string, words: string, detail = ""): void {
    setText(this.#source, source);
    this.#show({ label: "", words, detail, icon: this.#statusIcon, group: "" });
    for (const row of this.#rows) row.clear();
  }

  /** Sets the line below the answer. */
  setDetail(detail: string): void {
    setText(this.#detail, detail);
  }

  /** Shows the answer. If the best label is silence, that is shown as quiet. */
  answer(source: string, scores: Scores): void {
    if (isSilence(scores.categories[0])) return this.quiet(source);
    setText(this.#source, source);
    this.#show(answerOf(scores));
    this.#rows.forEach((row, i) => row.show(scores.categories[i], scores.groups));
    this.#announcer.say(this.#label.textContent ?? "");
  }

  /** Nothing stands out that has a name. */
  quiet(source: string): void {
    setText(this.#source, source);
    this.#show({ label: QUIET, words: texts.quiet, detail: texts.quietDetail, icon: this.#statusIcon, group: "" });
    for (const row of this.#rows) row.clear();
    this.#announcer.say(texts.quiet);
  }

  get #statusIcon(): string | undefined {
    return this.#stage.hasAttribute("data-grouped") ? STATUS_ICON : undefined;
  }

  #show({ label, words, icon, detail, group }: Answer): void {
    this.#label.dataset["label"] = label;
    this.#icon.hidden = icon === undefined;
    if (icon !== undefined) setIcon(this.#icon, icon);
    this.#write(words);
    setText(this.#detail, detail);
    this.#group.hidden = group === "";
    setText(this.#group, group);
  }

  /** Writes the words in the largest size that fits, so that no name moves its surroundings. */
  #write(words: string): void {
    const room = `${words} ${this.#label.parentElement?.clientWidth} ${this.#icon.hidden}`;
    if (room === this.#room) return;
    this.#room = room;
    setText(this.#label, words);
    this.#label.title = words;
    for (const size of SIZES) {
      this.#label.dataset["size"] = size;
      if (fits(this.#label)) return;
    }
  }
}

/** Whether the words fit without being cut off. */
function fits(element: HTMLElement): boolean {
  return element.scrollWidth <= element.clientWidth && element.scrollHeight <= element.clientHeight;
}

function answerOf({ categories, groups, rejected }: Scores): Answer {
  const best = categories[0];
  if (rejected || !best) {
    const icon = groups.length > 0 ? REJECTED_ICON : undefined;
    return { label: REJECTED, words: texts.unknown, icon, detail: texts.unsure, group: "" };
  }
  const group = groupOf(best, groups);
  const { name, score } = groupWords(best, group);
  return {
    label: best.label,
    words: labelWords(best.label),
    icon: group?.icon,
    detail: texts.sure(percent(best.score)),
    group: `${name} ${score}`.trim(),
  };
}

class ScoreRow {
  readonly element = make("li", "score");
  readonly #name = new GroupedName("score-name");
  readonly #value = make("span", "score-value");
  readonly #bar = make("span", "score-bar");

  constructor() {
    const track = make("span", "score-track");
    track.append(this.#bar);
    this.element.append(this.#name.icon, this.#name.name, this.#name.group, this.#value, track);
    this.clear();
  }

  show(category: Category | undefined, groups: readonly GroupScore[]): void {
    if (!category) return this.clear();
    this.element.dataset["label"] = category.label;
    this.element.dataset["score"] = String(category.score);
    this.#name.show(category, groupOf(category, groups));
    setText(this.#value, percent(category.score));
    this.#bar.style.setProperty("--part", String(category.score));
  }

  clear(): void {
    delete this.element.dataset["label"];
    delete this.element.dataset["score"];
    this.#name.clear("–");
    setText(this.#value, "");
    this.#bar.style.setProperty("--part", "0");
  }
}
