// Opens recordings. The script that reads them is loaded with the first one.

import { messageOf, SoundError } from "../shared/errors.js";
import { type AudioFile, toBlob } from "../shared/input.js";
import { checkChannel, checkNames, RECORDING_OPTIONS, type RecordingOptions } from "../shared/options.js";
import { moduleWorker } from "./module-worker.js";
import type { OpenAs, Recording, RecordingReader } from "../shared/types.js";

/**
 * Opens a recording, to be read piece by piece. WAV and what the browser decodes (MP3, Ogg, FLAC, M4A, WebM)
 * need nothing else; for other formats the package's own decoder is loaded.
 * Throws `audio-format` if that cannot read it either, `wasm-fetch` if it cannot be loaded, `audio-empty`, `audio-damaged`,
 * `audio-read`, `audio-channels`, `limit` for more than 64 channels, and `config` for anything that is not a file.
 */
export async function openRecording(file: AudioFile, options: RecordingOptions = {}): Promise<RecordingReader> {
  checkNames("openRecording", options, RECORDING_OPTIONS);
  checkChannel(options.channel);
  return openAs(file, { channel: options.channel });
}

/** @internal Does the same, or reads all of it. */
export function openAs(file: AudioFile, as: OpenAs & { whole?: undefined }): Promise<RecordingReader>;
/** @internal */
export function openAs(file: AudioFile, as: OpenAs): Promise<Recording | RecordingReader>;
export async function openAs(file: AudioFile, as: OpenAs): Promise<Recording | RecordingReader> {
  const blob = toBlob(file);
  return (await loadReader()).openFile(blob, as, moduleWorker);
}

/** @internal A page that only listens does not load the reader. Throws `audio-read`. */
export function loadReader(): Promise<typeof import("./reader.js")> {
  return import("./reader.js").catch((cause: unknown) => {
    throw new SoundError("audio-read", `the script that reads recordings cannot be loaded: ${messageOf(cause)}`, { cause });
  });
}
