import type { ModelInfo } from "sourcing-sound";

/** The shortest recording, in seconds, even if the model's segments are shorter. */
const MIN_RECORDING_SECONDS = 4;

/** How long a recording is for a model. */
export function recordingSeconds({ segmentSeconds }: ModelInfo): number {
  return Math.max(MIN_RECORDING_SECONDS, segmentSeconds);
}
