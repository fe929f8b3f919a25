import { errors, modelErrors } from "./errors.js";
import { files } from "./files.js";
import { history } from "./history.js";
import { groups, labels } from "./labels.js";
import { listen } from "./listen.js";
import { models } from "./models.js";
import { page } from "./page.js";
import { pwa } from "./pwa.js";
import { settings } from "./settings.js";

/** The texts that every language must have. */
export type Texts = typeof en;

export const en = { page, errors, modelErrors, history, files, listen, models, settings, pwa, labels, groups };
