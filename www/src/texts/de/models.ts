// Die Modelle, unter denen man wählen kann.

import type { models as english } from "../en/models.js";

export const models: typeof english = {
  title: "Modelle",
};
