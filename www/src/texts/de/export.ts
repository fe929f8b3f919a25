// Was sich als Datei speichern lässt.

import type { formats as english } from "../en/export.js";

export const formats: typeof english = { csv: "CSV", json: "JSON", audacity: "Audacity-Textmarken" };
