import { errors } from "./errors.js";
import { groups, labels } from "./labels.js";
import { listen } from "./listen.js";
import { page } from "./page.js";
import { pwa } from "./pwa.js";

/** The texts that every language must have. */
export type Texts = typeof en;

export const en = { page, errors, listen, pwa, labels, groups };
