// Das Bild beim Zuhören, und seine Achsen.

import type { picture as english } from "../en/picture.js";

export const picture: typeof english = {
  name: "Spektrogramm: Zeit von links nach rechts, Tonhöhe von unten nach oben, Lautstärke als Helligkeit",
  now: "jetzt",
  hertz: "Hz",
};
