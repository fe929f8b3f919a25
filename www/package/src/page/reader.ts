// The script that reads and classifies recordings, which is loaded with the first one. It knows where the decoder for the rest is, which
// is loaded with the first recording that the browser cannot decode.

import { classifyPieces } from "../recordings/classify.js";
import { openBuffer, openFile as open } from "../recordings/open.js";
import type { Decoding } from "../recordings/decoder-thread.js";
import { SoundError } from "../shared/errors.js";
import { fetchModule } from "../shared/fetch.js";
import type { OpenAs, Recording, RecordingReader } from "../shared/types.js";
import { assetUrl } from "./asset-url.js";
import type { moduleWorker } from "./module-worker.js";

export { classifyPieces, openBuffer };

/**
 * How the page starts workers. It is the page's own function, not a copy in this script: a page's policy for Trusted Types may
 * be made only once.
 */
type NewWorker = typeof moduleWorker;

/** Does what the readers' own `openFile` does, with the decoder next to this script. */
export function openFile(file: Blob, as: OpenAs & { whole?: undefined }, newWorker: NewWorker): Promise<RecordingReader>;
export function openFile(file: Blob, as: OpenAs, newWorker: NewWorker): Promise<Recording | RecordingReader>;
export function openFile(file: Blob, as: OpenAs, newWorker: NewWorker): Promise<Recording | RecordingReader> {
  return open(file, as, decodingWith(newWorker));
}

interface Files {
  module: WebAssembly.Module;
  script: URL;
}
let files: Promise<Files> | undefined;

function decodingWith(newWorker: NewWorker): Decoding {
  return {
    sharesMemory: false,

    /** After a failure, the next call tries again. */
    async load() {
      files ??= findFiles();
      files.catch(() => (files = undefined));
      const { module, script } = await files;
      return { module, newThread: () => threadOf(script, newWorker) };
    },
  };
}

function threadOf(script: URL, newWorker: NewWorker): Worker {
  if (typeof Worker === "undefined") throw new SoundError("unsupported", "there are no workers here");
  return newWorker(script);
}

async function findFiles(): Promise<Files> {
  const script = await assetUrl(new URL("./sourcing-sound-decoder.js", import.meta.url));
  return { script, module: await fetchModule(await assetUrl(new URL("./sourcing-sound-decoder.wasm", import.meta.url))) };
}
