// The texts of the view "About".

import { about as de } from "./de/about.js";
import { about as en } from "./en/about.js";
import { language } from "./index.js";

export const aboutTexts = { en, de }[language];
