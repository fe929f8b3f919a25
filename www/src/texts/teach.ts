// The texts of the view "Teach".

import { teach as de } from "./de/teach.js";
import { teach as en } from "./en/teach.js";
import { language } from "./index.js";

export const teachTexts = { en, de }[language];
