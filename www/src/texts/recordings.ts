// The texts of short recordings, which come in a script of their own.

import { recordings as de } from "./de/recordings.js";
import { recordings as en } from "./en/recordings.js";
import { language } from "./index.js";

export const recordingTexts = { en, de }[language];
