// sourcing-sound/node: the classifier in Node 20 and later.

import type { NodeRecording } from "./classifier.js";
import { recordingBlob } from "./files.js";
import { openFile } from "../recordings/open.js";
import type { RecordingReader } from "../shared/types.js";

export * from "../shared/public.js";
export { Classifier, type NodeLoadOptions, type NodeRecording } from "./classifier.js";
export { Teacher } from "./teacher.js";

/** Opens a recording, to be read piece by piece. Throws `audio-format`, `audio-empty`, `audio-read`, `config`. */
export async function openRecording(recording: NodeRecording): Promise<RecordingReader> {
  return openFile(await recordingBlob(recording));
}
