// The texts of what comes with the settings.

import { details as de } from "./de/details.js";
import { details as en } from "./en/details.js";
import { language } from "./index.js";

export const detailsTexts = { en, de }[language];
