// The texts of the picture, which comes in a script of its own.

import { picture as de } from "./de/picture.js";
import { picture as en } from "./en/picture.js";
import { language } from "./index.js";

export const pictureTexts = { en, de }[language];
