// The answer, readable across the room, and the scores behind it.

import type { Category, GroupScore } from "sourcing-sound";
import { labelWords, texts } from "../texts/index.js";
import { byId, make, setText } from "../ui/dom.js";
import { percent } from "../ui/format.js";
import { setIcon } from "../ui/icons.js";
import type { Announcer } from "./announcer.js";
import { GroupedName, groupOf, groupWords } from "./groups.js";
import { isSilence } from "./quiet.js";

/** Labels shown with their scores. */
const SHOWN = 4;

/** `data-label` of the answer when it is none of the model's labels, and its picture. */
const REJECTED = "rejected";
const REJECTED_ICON = "other";

/** `data-label` of the answer when there is nothing to name. */
const QUIET = "quiet";

/** What a verdict is made of; an update and a prediction both are. */
export interface Judgement {
  categories: readonly Category[];
  groups: readonly GroupScore[];
  rejected: boolean;
}

/** `data-size` of the answer, largest first; a name that fits none is cut in the smallest. */
const SIZES = ["large", "medium", "small"];

/** The words of an answer. */
interface Answer {
  label: string;
  words: string;
  icon: string | undefined;
  detail: string;
  group: string;
}

export class Verdict {
  readonly #source = byId("source", HTMLElement);
  readonly #icon = byId("icon", HTMLElement);
  readonly #label = byId("label", HTMLElement);
  readonly #detail = byId("detail", HTMLElement);
  readonly #group = byId("group", HTMLElement);
  readonly #rows: ScoreRow[];
  readonly #announcer: Announcer;
  /** What was written, and in how much room. */
  #room = "";

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
    this.#rows = Array.from({ length: SHOWN }, () => new ScoreRow());
    byId("scores", HTMLElement).replaceChildren(...this.#rows.map((row) => row.element));
  }

  /** No answer yet: says what is going on instead. */
  wait(source: string, words: string, detail = ""): void {
    setText(this.#source, source);
    this.#show({ label: "", words, detail, icon: undefined, group: "" });
    for (const row of this.#rows) row.clear();
  }

  /** A line of detail under the words shown. */
  setDetail(detail: string): void {
    setText(this.#detail, detail);
  }

  /** Names the sound. Silence is no sound: no label is guessed. */
  judge(source: string, judgement: Judgement): void {
    if (isSilence(judgement.categories[0])) return this.quiet(source);
    setText(this.#source, source);
    this.#show(answerOf(judgement));
    this.#rows.forEach((row, i) => row.show(judgement.categories[i], judgement.groups));
    this.#announcer.say(this.#label.textContent ?? "");
  }

  /** There is nothing to name. */
  quiet(source: string): void {
    setText(this.#source, source);
    this.#show({ label: QUIET, words: texts.quiet, detail: texts.quietDetail, icon: undefined, group: "" });
    for (const row of this.#rows) row.clear();
    this.#announcer.say(texts.quiet);
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

  /** As large as there is room for, so that no name moves what is around it. */
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

/** Whether the words are there whole, in the lines that their size has. */
function fits(element: HTMLElement): boolean {
  return element.scrollWidth <= element.clientWidth && element.scrollHeight <= element.clientHeight;
}

function answerOf({ categories, groups, rejected }: Judgement): Answer {
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
