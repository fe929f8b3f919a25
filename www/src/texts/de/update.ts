// Das Angebot einer neuen Version.

import type { update as english } from "../en/update.js";

export const update: typeof english = {
  newVersion: "Eine neue Version ist da.",
  updateNow: "Jetzt aktualisieren",
  later: "Später",
  updatedElsewhere: "Diese Seite wurde in einem anderen Tab aktualisiert.",
  promptName: "Neue Version",
};
