// Was mit den Einstellungen kommt: Benachrichtigungen, das Vollbild, Hinweise zum Pegel und dass die Seite gebremst wurde.

import type { details as english } from "../en/details.js";

export const details: typeof english = {
  detectedAt: (time) => `Erkannt um ${time}`,
  fullScreen: "Vollbild",
  leaveFullScreen: "Vollbild beenden",
  missed: (time) =>
    `Der Browser hat diese Seite gebremst, solange sie nicht zu sehen war: Es fehlen ${time} Ton. Lass die Seite sichtbar oder öffne sie in einem eigenen Fenster.`,
  levelHints: {
    clipped: "Zu laut: Der Eingang ist übersteuert. Geh weiter weg oder stell den Eingangspegel niedriger.",
    quiet: "Sehr leise: Geh näher heran oder stell den Eingangspegel höher.",
    dead: "Gar kein Ton: Ist das Mikrofon stummgeschaltet oder aus?",
  },
};
