// Der Verlauf: was gehört wurde.

import type { history as english } from "../en/history.js";

export const history: typeof english = {
  title: "Verlauf",
};
