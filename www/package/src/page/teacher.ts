// The teacher in the browser: a separate script, so that a page without it does not load it.

import { assetUrl } from "./asset-url.js";
import type { Classifier } from "./classifier.js";
import { BaseTeacher } from "../shared/base-teacher.js";
import { fetchHead } from "../shared/fetch.js";
import type { AudioFile } from "../shared/input.js";
import type { Source, TeacherOptions } from "../shared/options.js";

/** Collects examples of sounds, and trains heads from them in the classifier's worker. */
export class Teacher extends BaseTeacher<AudioFile | AudioBuffer> {
  /** For the classifier's model; a head that it has makes no difference. */
  constructor(classifier: Classifier, options: TeacherOptions = {}) {
    super(classifier, options);
  }

  /** @internal */
  protected override defaultBackground(): Promise<URL> {
    return assetUrl(new URL("./models/everyday.background.json", import.meta.url));
  }

  /** @internal */
  protected override fetch(source: Source, signal: AbortSignal | undefined): Promise<ArrayBuffer> {
    return fetchHead(source, signal);
  }
}
