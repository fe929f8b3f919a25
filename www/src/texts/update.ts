// The texts of the offer of a new version.

import { update as de } from "./de/update.js";
import { update as en } from "./en/update.js";
import { language } from "./index.js";

export const updateTexts = { en, de }[language];
