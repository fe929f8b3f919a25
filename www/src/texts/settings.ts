// The texts of the settings.

import { settings as de } from "./de/settings.js";
import { settings as en } from "./en/settings.js";
import { language } from "./index.js";

export const settingsTexts = { en, de }[language];
