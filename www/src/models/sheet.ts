// A model's description, and its card, which is loaded when the user unfolds it.

import { groupName, labelWords } from "../texts/index.js";
import { modelTexts } from "../texts/models.js";
import { make, setText } from "../ui/dom.js";
import { byteSize } from "../ui/format.js";
import { setIcon } from "../ui/icons.js";
import { setMarkup } from "../ui/trusted.js";
import { choiceName } from "./choice-words.js";
import type { Described } from "./described.js";
import { addressOf, type Choice, sizeOf, describedBy } from "./manifest.js";

export class ModelSheet {
  readonly element = make("article", "sheet");
  readonly #title = make("h3", "sheet-title");
  readonly #facts = make("dl", "facts");
  readonly #card = make("details", "sheet-card");
  readonly #cardText = make("div", "sheet-card-text");
  #choice: Choice | undefined;
  /** Address of the card that is loaded. */
  #fetched: string | undefined;

  constructor() {
    this.#title.id = "sheet-title";
    this.element.setAttribute("aria-labelledby", this.#title.id);
    this.#facts.id = "facts";
    this.#facts.dataset["testid"] = "facts";
    this.#card.dataset["testid"] = "card";
    this.#card.hidden = true;
    this.#card.append(make("summary", "", modelTexts.card), this.#cardText);
    this.#card.ontoggle = () => void this.#fetchCard();
    this.element.append(this.#title, this.#facts, this.#card);
  }

  show(choice: Choice): void {
    if (choice === this.#choice) return;
    this.#choice = choice;
    setText(this.#title, choiceName(choice));
    this.#facts.replaceChildren(
      ...factsOf(choice).flatMap(([name, value, language]) => {
        const definition = make("dd", "");
        definition.append(value);
        if (language) definition.lang = language;
        return [make("dt", "", name), definition];
      }),
    );
    const { card } = describedBy(choice);
    this.#card.hidden = card === undefined;
    if (card === this.#fetched) return;
    this.#fetched = undefined;
    this.#card.open = false;
    this.#cardText.replaceChildren();
  }

  async #fetchCard(): Promise<void> {
    const card = this.#choice && describedBy(this.#choice).card;
    if (!this.#card.open || card === undefined || card === this.#fetched) return;
    this.#cardText.replaceChildren(make("p", "sheet-quiet", modelTexts.cardLoading));
    const html = await cardOf(card);
    if (!this.#choice || describedBy(this.#choice).card !== card) return;
    if (html === undefined) {
      this.#cardText.replaceChildren(make("p", "sheet-quiet", modelTexts.cardFailed));
      return;
    }
    this.#fetched = card;
    // The site's own build made it, from text only.
    setMarkup(this.#cardText, html);
    // The cards are in English, whatever the language of the page.
    this.#cardText.lang = "en";
  }
}

async function cardOf(file: string): Promise<string | undefined> {
  try {
    const response = await fetch(addressOf(file));
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

/** Name and value of each, and the language of a value that is not the page's: the site's models describe themselves in English. */
function factsOf(choice: Choice): [name: string, value: string | HTMLElement, language?: string | undefined][] {
  const { model, head } = choice;
  const { name, description, trainingData, folds, accuracy, licence, engine, ...labels } = describedBy(choice);
  const { facts } = modelTexts;
  const written = choice.from === "person" ? undefined : "en";
  const size = sizeOf(choice);
  return [
    [facts.model, description ? `${name}: ${description}` : name, written],
    [facts.labels, labelList(labels)],
    [facts.trainingData, trainingData, written],
    [facts.folds, folds, written],
    [facts.accuracy, accuracy, written],
    [facts.licence, licence, written],
    ...(size > 0 ? [[modelTexts.size, byteSize(size)] as [string, string]] : []),
    ...(engine === "general" ? [[modelTexts.engine, modelTexts.general] as [string, string]] : []),
    [modelTexts.digest, digests(head ? [model, head] : [model])],
  ];
}

/** One line per file, with its name if there are several. */
function digests(files: { name: string; sha256: string }[]): HTMLElement {
  const list = make("div", "sheet-digests");
  for (const { name, sha256 } of files) {
    list.append(make("code", "", files.length > 1 ? modelTexts.digestOf(name, sha256) : sha256));
  }
  return list;
}

type Labels = Pick<Described, "labels" | "groups" | "labelGroups">;

/** The labels; by group and folded up if there are groups. */
function labelList(described: Labels): HTMLElement | string {
  return described.groups.length > 0 ? labelsByGroup(described) : described.labels.map(labelWords).join(", ");
}

function labelsByGroup({ labels, groups, labelGroups }: Labels): HTMLElement {
  const details = make("details", "label-groups");
  details.append(make("summary", "", modelTexts.facts.kinds(labels.length, groups.length)));
  groups.forEach(({ name, icon }, index) => {
    const heading = make("h4", "");
    const picture = make("span", "icon");
    picture.ariaHidden = "true";
    setIcon(picture, icon);
    heading.append(picture, groupName(name));
    const members = labels.filter((_, label) => labelGroups[label] === index).map(labelWords);
    details.append(heading, make("p", "", members.join(" · ")));
  });
  return details;
}
