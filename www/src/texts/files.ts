// The texts of the view "Files".

import { files as de } from "./de/files.js";
import { files as en } from "./en/files.js";
import { language } from "./index.js";

export const fileTexts = { en, de }[language];
