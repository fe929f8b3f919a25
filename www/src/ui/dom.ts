// Helpers for plain DOM.

/** The element with this id; throws if it is not of this kind. */
export function byId<T extends Element>(id: string, kind: abstract new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has no ${kind.name} with the id "${id}"`);
  return element;
}

/** The first descendant that matches; throws if there is none. */
export function within(parent: Element, selector: string): HTMLElement {
  const element = parent.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`index.html has no "${selector}" in "${parent.id}"`);
  return element;
}

/** A new element with a class and text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Sets the text only if it differs, to avoid a needless layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A small button; `testId` becomes its `data-testid`. */
export function smallButton(words: string, testId: string, pressed: () => void): HTMLButtonElement {
  const button = make("button", "button small", words);
  button.type = "button";
  button.dataset["testid"] = testId;
  button.onclick = pressed;
  return button;
}

/** A checkbox with its label. */
export function checkbox(
  words: string,
  checked: boolean,
  testId: string,
  changed: (box: HTMLInputElement) => void,
): HTMLLabelElement {
  const row = make("label", "settings-switch");
  const box = make("input", "");
  box.type = "checkbox";
  box.checked = checked;
  box.dataset["testid"] = testId;
  box.onchange = () => changed(box);
  row.append(box, words);
  return row;
}

/** One option of a select. */
export function option(value: string, words: string): HTMLOptionElement {
  const element = make("option", "", words);
  element.value = value;
  return element;
}
