import type { Texts } from "../en/index.js";
import { errors } from "./errors.js";
import { groups, labels } from "./labels.js";
import { listen } from "./listen.js";
import { page } from "./page.js";
import { pwa } from "./pwa.js";

export const de: Texts = { page, errors, listen, pwa, labels, groups };
