// The script that reads recordings, which is loaded with the first one. It knows where the decoder for the rest is, which
// is loaded with the first recording that the browser cannot decode.

import { openBuffer, openFile as open } from "../recordings/open.js";
import type { Decoding } from "../recordings/decoder-thread.js";
import { SoundError } from "../shared/errors.js";
import { fetchModule } from "../shared/fetch.js";
import type { OpenAs, Recording, RecordingReader } from "../shared/types.js";
import { assetUrl } from "./asset-url.js";
import { moduleWorker } from "./module-worker.js";

export { openBuffer };

/** Does what the readers' own `openFile` does, with the decoder beside this script. */
export function openFile(file: Blob, as: OpenAs & { whole?: undefined }): Promise<RecordingReader>;
export function openFile(file: Blob, as: OpenAs): Promise<Recording | RecordingReader>;
export function openFile(file: Blob, as: OpenAs): Promise<Recording | RecordingReader> {
  return open(file, as, decoding);
}

let files: Promise<WebAssembly.Module> | undefined;
let script: URL;

const decoding: Decoding = {
  sharesMemory: false,

  /** After a failure, the next call tries again. */
  module() {
    files ??= findFiles();
    files.catch(() => (files = undefined));
    return files;
  },

  newThread() {
    if (typeof Worker === "undefined") throw new SoundError("unsupported", "there are no workers here");
    return moduleWorker(script);
  },
};

async function findFiles(): Promise<WebAssembly.Module> {
  script = await assetUrl(new URL("./sourcing-sound-decoder.js", import.meta.url));
  return fetchModule(await assetUrl(new URL("./sourcing-sound-decoder.wasm", import.meta.url)));
}
