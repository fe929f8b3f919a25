// A part of the page in its own script, which is loaded when the part is first wanted.

import { PageError } from "../page-error.js";

export class LatePart<T> {
  readonly #make: () => Promise<T>;
  #loading: Promise<T> | undefined;
  #loaded: T | undefined;

  /** `make` imports the part's script and constructs it. */
  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** The part, if it has been loaded. */
  get loaded(): T | undefined {
    return this.#loaded;
  }

  /** Loads the part once. Rejects with `part-fetch`; then the next call tries again. */
  get(): Promise<T> {
    this.#loading ??= this.#make().then(
      (part) => (this.#loaded = part),
      (cause: unknown) => {
        this.#loading = undefined;
        throw new PageError("part-fetch", { cause });
      },
    );
    return this.#loading;
  }
}
