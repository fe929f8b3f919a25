// The teacher in Node.

import type { Classifier, NodeRecording } from "./classifier.js";
import { ownFile, readHead, readModule } from "./files.js";
import { BaseTeacher } from "../shared/base-teacher.js";
import { checkNames, type CommonTeacherOptions, type Names, type Source } from "../shared/options.js";

/** Options of the constructor of {@link Teacher}. */
export interface TeacherOptions extends CommonTeacherOptions {}

const TEACHER_OPTIONS: Names<TeacherOptions> = ["background"];

/** The module that trains, compiled once for all teachers. After a failure, the next call tries again. */
let shipped: Promise<WebAssembly.Module> | undefined;

/** Collects examples of sounds, and trains heads from them in the classifier's thread. */
export class Teacher extends BaseTeacher<NodeRecording> {
  /** For the classifier's model; a head that it has makes no difference. */
  constructor(classifier: Classifier, options: TeacherOptions = {}) {
    checkNames("Teacher", options, TEACHER_OPTIONS);
    super(classifier, options);
  }

  /** @internal */
  protected override defaultBackground(): URL {
    return ownFile(new URL("./models/everyday.background.json", import.meta.url));
  }

  /** @internal */
  protected override module(): Promise<WebAssembly.Module> {
    return (shipped ??= readShipped());
  }

  /** @internal */
  protected override fetch(source: Source, signal: AbortSignal | undefined): Promise<ArrayBuffer> {
    return readHead(source, signal);
  }
}

async function readShipped(): Promise<WebAssembly.Module> {
  try {
    return await readModule(ownFile(new URL("./sourcing-sound-teacher.wasm", import.meta.url)));
  } catch (thrown) {
    shipped = undefined;
    throw thrown;
  }
}
