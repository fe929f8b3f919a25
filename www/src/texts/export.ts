// The texts of what is saved as a file.

import { formats as de } from "./de/export.js";
import { formats as en } from "./en/export.js";
import { language } from "./index.js";

export const formatTexts = { en, de }[language];
