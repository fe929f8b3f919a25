// Small helpers for plain DOM.

/** The element with this id, checked to be of this kind. */
export function byId<T extends Element>(id: string, kind: abstract new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} with the id "${id}"`);
  return element;
}

/** The first descendant that fits, checked to be an HTML element. */
export function within(parent: Element, selector: string): HTMLElement {
  const element = parent.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`index.html has no "${selector}" in "${parent.id}"`);
  return element;
}

/** A new element with a class and text. */
export function make(tag: string, className: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Sets text only when it differs, so that nothing is laid out again for nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
