/// <reference types="vite/types/importMeta.d.ts" />
// The pictures of groups, taken into the script by the build: the
// Content-Security-Policy allows none from elsewhere.

const FILES = import.meta.glob<string>("../icons/*.svg", { query: "?raw", import: "default", eager: true });

/** For a label that belongs to no group, or to one without a picture. */
const PLAIN = "sound";

/** Shows the picture `name` in `element`, unless it is there already. */
export function setIcon(element: HTMLElement, name: string): void {
  if (element.dataset["icon"] === name) return;
  element.dataset["icon"] = name;
  element.innerHTML = FILES[`../icons/${name}.svg`] ?? FILES[`../icons/${PLAIN}.svg`] ?? "";
}

/** A button that is a picture; `name` says what it does. */
export function iconButton(icon: string, name: string, pressed: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  Object.assign(button, { className: "icon-button", type: "button", ariaLabel: name, title: name, onclick: pressed });
  setIcon(button, icon);
  return button;
}
