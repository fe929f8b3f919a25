// The options of loading in a browser.

import { type CommonLoadOptions, type Names, NODE_LOAD_OPTIONS, type Source } from "../shared/options.js";

/** Options of `Classifier.load`. */
export interface LoadOptions extends CommonLoadOptions {
  /** The wasm module, or its address or bytes. Default: the one shipped with the package. */
  wasm?: Source | WebAssembly.Module;
  /** Address of the worker's script. Default: the one shipped with the package. */
  worker?: URL | string;
}

export const LOAD_OPTIONS: Names<LoadOptions> = [...NODE_LOAD_OPTIONS, "wasm", "worker"];
