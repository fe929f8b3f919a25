// sourcing-sound/node: the classifier in Node 20 and later.

import type { NodeRecording } from "./classifier.js";
import { decoding } from "./decoding.js";
import { recordingBlob } from "./files.js";
import { openFile } from "../recordings/open.js";
import { checkChannel, checkNames, RECORDING_OPTIONS, type RecordingOptions } from "../shared/options.js";
import type { RecordingReader } from "../shared/types.js";

export * from "../shared/public.js";
export { Classifier, type NodeLoadOptions, type NodeRecording } from "./classifier.js";
export { Teacher, type TeacherOptions } from "./teacher.js";

/**
 * Opens a recording, to be read piece by piece. Throws `audio-format`, `audio-empty`, `audio-damaged`, `audio-read`,
 * `audio-channels`, `config`.
 */
export async function openRecording(recording: NodeRecording, options: RecordingOptions = {}): Promise<RecordingReader> {
  checkNames("openRecording", options, RECORDING_OPTIONS);
  checkChannel(options.channel);
  return openFile(await recordingBlob(recording), { channel: options.channel }, decoding);
}
