// The texts of the view "Models".

import { models as de } from "./de/models.js";
import { models as en } from "./en/models.js";
import { language } from "./index.js";

export const modelTexts = { en, de }[language];
