// The script that reads recordings, which is loaded with the first one. It knows where the decoder for the rest is, which
// is loaded with the first recording that the browser cannot decode.

import { openBuffer, openFile as open } from "../recordings/open.js";
import type { Decoding } from "../recordings/decoder-thread.js";
import { SoundError } from "../shared/errors.js";
import { fetchModule } from "../shared/fetch.js";
import type { OpenAs, Recording, RecordingReader } from "../shared/types.js";
import { assetUrl } from "./asset-url.js";

export { openBuffer };

/** Does what the readers' own `openFile` does, with the decoder beside this script. */
export function openFile(file: Blob, as: OpenAs & { whole?: undefined }): Promise<RecordingReader>;
export function openFile(file: Blob, as: OpenAs): Promise<Recording | RecordingReader>;
export function openFile(file: Blob, as: OpenAs): Promise<Recording | RecordingReader> {
  return open(file, as, decoding);
}

let module: Promise<WebAssembly.Module> | undefined;

const decoding: Decoding = {
  sharesMemory: false,

  /** After a failure, the next call tries again. */
  module() {
    module ??= fetchModule(assetUrl(new URL("./sourcing-sound-decoder.wasm", import.meta.url)));
    module.catch(() => (module = undefined));
    return module;
  },

  newThread() {
    if (typeof Worker === "undefined") throw new SoundError("unsupported", "there are no workers here");
    const here = new URL("./sourcing-sound-decoder.wasm", import.meta.url);
    const moved = assetUrl(here);
    // Bundlers recognise only the second of these expressions, and only in this form.
    return moved !== here
      ? new Worker(new URL("./sourcing-sound-decoder.js", moved), { type: "module" })
      : new Worker(new URL("./sourcing-sound-decoder.js", import.meta.url), { type: "module" });
  },
};
