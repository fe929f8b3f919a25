// The texts of the view "History".

import { history as de } from "./de/history.js";
import { history as en } from "./en/history.js";
import { language } from "./index.js";

export const historyTexts = { en, de }[language];
