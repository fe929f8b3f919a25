// A worker whose wasm module traps when the test says so.

import type { Page } from "@playwright/test";

/** A module with one function, `t`, that traps. */
const TRAPS = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11];

/** Comes before the worker's script: while `trapNext` is set, the next piece of live sound traps. */
const SCRIPT = `{
  const { t: trap } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(${JSON.stringify(TRAPS)}))).exports;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const { exports } = await instantiate(...args);
    const wasmstream_push = (...given) => (self.trapNext ? trap() : exports.wasmstream_push(...given));
    return Object.create(WebAssembly.Instance.prototype, { exports: { value: { ...exports, wasmstream_push } } });
  };
}
`;

/** Prepares the page; for `open`. */
export function trapOnDemand(page: Page): Promise<unknown> {
  return page.route(/sourcing-sound-worker[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: SCRIPT + (await response.text()) });
  });
}
