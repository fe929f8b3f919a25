// The decoder in Node, for everything but WAV.

import type { Decoding } from "../recordings/decoder-thread.js";
import { ownFile, readModule } from "./files.js";
import { NodeWorker } from "./node-worker.js";

let module: Promise<WebAssembly.Module> | undefined;

export const decoding: Decoding = {
  // Node has no FileReaderSync.
  sharesMemory: true,

  /** After a failure, the next call tries again. */
  async load() {
    module ??= readModule(ownFile(new URL("./sourcing-sound-decoder.wasm", import.meta.url)));
    module.catch(() => (module = undefined));
    const script = ownFile(new URL("./sourcing-sound-decoder.js", import.meta.url));
    return { module: await module, newThread: () => new NodeWorker(script) };
  },
};
