/// <reference types="vite/types/importMeta.d.ts" />
// The icons. The build puts them into the script, because the
// Content-Security-Policy allows no data: addresses, and without what
// all of them have in common.

import { ICON_END, ICON_START } from "./icon-markup.js";
import { setMarkup } from "./trusted.js";

const FILES = import.meta.glob<string>("../icons/*.svg", { query: "?raw", import: "default", eager: true });

/** Replaces an icon that does not exist. */
const PLAIN = "sound";

/** Shows the icon `name` in `element`, unless it is already there. */
export function setIcon(element: HTMLElement, name: string): void {
  if (element.dataset["icon"] === name) return;
  element.dataset["icon"] = name;
  const drawing = FILES[`../icons/${name}.svg`] ?? FILES[`../icons/${PLAIN}.svg`] ?? "";
  setMarkup(element, ICON_START + drawing + ICON_END);
}

/** A button with an icon; `name` describes what it does. */
export function iconButton(icon: string, name: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  Object.assign(button, { className: "icon-button", type: "button", ariaLabel: name, title: name, onclick: pressed });
  setIcon(button, icon);
  return button;
}
