// Recordings that the user chooses, or drops anywhere on the page.

import { byId } from "../ui/dom.js";
import { entriesOf } from "../ui/drops.js";
import { type Chosen, fromDrop, fromInput } from "./folders.js";

export interface FileInputEvents {
  chosen(chosen: Chosen): void;
  /** Files are dragged over the page, or have left it. */
  hovering(over: boolean): void;
}

export function prepareFileInput({ chosen, hovering }: FileInputEvents): void {
  for (const [inputId, buttonId] of [["file", "choose"], ["folder", "choose-folder"]] as const) {
    const input = byId(inputId, HTMLInputElement);
    byId(buttonId, HTMLButtonElement).onclick = () => input.click();
    input.onchange = () => {
      const files = [...(input.files ?? [])];
      if (files.length > 0) chosen(fromInput(files));
      // Cleared, so that the same file can be chosen again.
      input.value = "";
    };
  }

  // Entering a child element leaves its parent, so enters and leaves have to be counted.
  let depth = 0;
  const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    depth += 1;
    if (depth === 1) hovering(true);
  });
  addEventListener("dragleave", (event) => {
    if (!carriesFile(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) hovering(false);
  });
  addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    // A model file has been handled by the Models view.
    const taken = event.defaultPrevented;
    event.preventDefault();
    depth = 0;
    hovering(false);
    const entries = taken ? [] : entriesOf(event);
    if (entries.length > 0) void fromDrop(entries).then(chosen);
  });
}
