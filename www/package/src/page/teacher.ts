// The teacher in the browser: a separate script, so that a page without it does not load it.

import { assetUrl } from "./asset-url.js";
import type { Classifier } from "./classifier.js";
import { BaseTeacher } from "../shared/base-teacher.js";
import { orAborted } from "../shared/engine.js";
import { fetchHead, fetchModule } from "../shared/fetch.js";
import type { AudioFile } from "../shared/input.js";
import { checkNames, type CommonTeacherOptions, type Names, type Source } from "../shared/options.js";

/** Options of the constructor of {@link Teacher}. */
export interface TeacherOptions extends CommonTeacherOptions {
  /**
   * The module that trains, or its address or bytes. It is fetched by the first `train()` or `merge()`. Default: the one shipped
   * with the package.
   */
  wasm?: Source | WebAssembly.Module;
}

const TEACHER_OPTIONS: Names<TeacherOptions> = ["background", "wasm"];

/** The package's own module, fetched and compiled once for all teachers. After a failure, the next call tries again. */
let shipped: Promise<WebAssembly.Module> | undefined;

/** Collects examples of sounds, and trains heads from them in the classifier's worker. */
export class Teacher extends BaseTeacher<AudioFile | AudioBuffer> {
  readonly #wasm: TeacherOptions["wasm"];

  /** For the classifier's model; a head that it has makes no difference. */
  constructor(classifier: Classifier, options: TeacherOptions = {}) {
    checkNames("Teacher", options, TEACHER_OPTIONS);
    super(classifier, options);
    this.#wasm = options.wasm;
  }

  /** @internal */
  protected override defaultBackground(): Promise<URL> {
    return assetUrl(new URL("./models/everyday.background.json", import.meta.url));
  }

  /** @internal */
  protected override module(signal: AbortSignal | undefined): Promise<WebAssembly.Module> {
    if (this.#wasm !== undefined) return fetchModule(this.#wasm, signal);
    return orAborted((shipped ??= fetchShipped()), signal);
  }

  /** @internal */
  protected override fetch(source: Source, signal: AbortSignal | undefined): Promise<ArrayBuffer> {
    return fetchHead(source, signal);
  }
}

async function fetchShipped(): Promise<WebAssembly.Module> {
  try {
    return await fetchModule(await assetUrl(new URL("./sourcing-sound-teacher.wasm", import.meta.url)));
  } catch (thrown) {
    shipped = undefined;
    throw thrown;
  }
}
