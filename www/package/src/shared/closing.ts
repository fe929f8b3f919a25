/// <reference lib="esnext.disposable" preserve="true" />
// Closing what was opened.

/**
 * Makes `using` close instances of the class, where JavaScript has `using`; elsewhere the class stays unchanged.
 * The class itself declares the method for TypeScript.
 */
export function disposable({ prototype }: { prototype: { close(): void } }): void {
  if (typeof Symbol.dispose !== "symbol") return;
  Object.defineProperty(prototype, Symbol.dispose, {
    configurable: true,
    writable: true,
    value(this: { close(): void }) {
      this.close();
    },
  });
}

/** Does the same for `await using`. */
export function asyncDisposable({ prototype }: { prototype: { close(): Promise<void> } }): void {
  if (typeof Symbol.asyncDispose !== "symbol") return;
  Object.defineProperty(prototype, Symbol.asyncDispose, {
    configurable: true,
    writable: true,
    value(this: { close(): Promise<void> }) {
      return this.close();
    },
  });
}

/** Cleanup steps. `run` runs them in reverse order; a step added later runs at once. */
export class Undo {
  #steps: (() => void)[] = [];
  #done = false;

  add(step: () => void): void {
    if (this.#done) step();
    else this.#steps.push(step);
  }

  run(): void {
    this.#done = true;
    for (const step of this.#steps.splice(0).reverse()) step();
  }
}
