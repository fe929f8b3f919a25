// Shows the view that the address names after `#`, so that views can be linked to
// and the browser's back and forward buttons work.

import { texts } from "../texts/index.js";
import { byId } from "./dom.js";
import { setIcon } from "./icons.js";

/** The views that have a tab, and its icon. */
const TABS = { listen: "microphone", history: "clock", files: "file", teach: "teach", models: "ear" } as const;

export type View = keyof typeof TABS | "about";
const VIEWS = [...Object.keys(TABS), "about"] as View[];

export class Router {
  readonly #shown: (view: View) => void;
  readonly #links = new Map<View, HTMLAnchorElement>();
  #view: View | undefined;

  /** `shown` is called with every view that is shown. */
  constructor(shown: (view: View) => void) {
    this.#shown = shown;
    const tabs = Object.entries(TABS).map(([view, icon]) => this.#tab(view as keyof typeof TABS, icon));
    byId("tabs", HTMLElement).replaceChildren(...tabs);
    byId("tabs", HTMLElement).ariaLabel = texts.tabsName;
    this.#links.set("about", byId("about-link", HTMLAnchorElement));
    addEventListener("hashchange", () => this.#follow(true));
    this.#follow(false);
  }

  go(view: View): void {
    if (view !== this.#view) location.hash = view;
  }

  #tab(view: keyof typeof TABS, icon: string): HTMLElement {
    const link = document.createElement("a");
    const picture = document.createElement("span");
    picture.className = "icon";
    picture.ariaHidden = "true";
    setIcon(picture, icon);
    const name = document.createElement("span");
    name.textContent = texts.tabs[view];
    link.href = `#${view}`;
    link.className = "tab";
    link.dataset["testid"] = `tab-${view}`;
    link.append(picture, name);
    this.#links.set(view, link);
    return link;
  }

  #follow(moved: boolean): void {
    const wanted = location.hash.slice(1);
    const view = VIEWS.find((name) => name === wanted) ?? "listen";
    if (view === this.#view) return;
    this.#view = view;
    for (const name of VIEWS) byId(`view-${name}`, HTMLElement).hidden = name !== view;
    for (const [name, link] of this.#links) {
      if (name === view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (moved) scrollTo({ top: 0 });
    this.#shown(view);
  }
}
