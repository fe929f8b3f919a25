// Die Dateien: gespeicherte Aufnahmen.

import type { files as english } from "../en/files.js";

export const files: typeof english = {
  title: "Dateien",
};
