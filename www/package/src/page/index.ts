// sourcing-sound: tells in the browser, on the listener's own device, what a
// sound is. Importing this touches no global: nothing happens before a call.

export { Classifier, type LoadOptions } from "./classifier.js";
export { CORE_CODES, type ErrorCode, type Missing, PLATFORM_CODES, SoundError } from "../shared/errors.js";
export { listen } from "./listen.js";
export type { ListenOptions, Microphone } from "./microphone.js";
export type { MicrophoneState } from "./microphone-state.js";
export { openRecording } from "./recording.js";
export type {
  ClassifyOptions,
  ClassifyRecordingOptions,
  SegmentOptions,
  Source,
} from "../shared/options.js";
export type { AudioFile, Samples } from "../shared/input.js";
export type { SegmentStream, SoundStream, StreamResult } from "../shared/streams.js";
export type {
  Category,
  Frame,
  Group,
  GroupScore,
  Level,
  ModelInfo,
  Prediction,
  Recording,
  RecordingReader,
  SegmentResult,
  SoundEvent,
  StreamOptions,
  Update,
} from "../shared/types.js";
