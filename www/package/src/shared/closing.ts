/// <reference lib="esnext.disposable" preserve="true" />
// Closing what was opened.

/**
 * Makes `using` close instances of the class, or `await using` with `Symbol.asyncDispose`, where JavaScript has them; elsewhere the
 * class stays unchanged. The class itself declares the method for TypeScript.
 */
export function disposable({ prototype }: { prototype: { close(): unknown } }, symbol: symbol | undefined = Symbol.dispose): void {
  if (!symbol) return;
  Object.defineProperty(prototype, symbol, {
    configurable: true,
    writable: true,
    value(this: { close(): unknown }) {
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
