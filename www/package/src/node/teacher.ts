// The teacher in Node.

import type { Classifier, NodeRecording } from "./classifier.js";
import { ownFile, readHead } from "./files.js";
import { BaseTeacher } from "../shared/base-teacher.js";
import type { Source, TeacherOptions } from "../shared/options.js";

/** Collects examples of sounds, and trains heads from them in the classifier's thread. */
export class Teacher extends BaseTeacher<NodeRecording> {
  /** For the classifier's model; a head that it has makes no difference. */
  constructor(classifier: Classifier, options: TeacherOptions = {}) {
    super(classifier, options);
  }

  /** @internal */
  protected override defaultBackground(): URL {
    return ownFile(new URL("./models/everyday.background.json", import.meta.url));
  }

  /** @internal */
  protected override fetch(source: Source, signal: AbortSignal | undefined): Promise<ArrayBuffer> {
    return readHead(source, signal);
  }
}
