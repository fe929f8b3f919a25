// What both the page's entry and Node's hand out.

export { CORE_CODES, type ErrorCode, type Missing, PLATFORM_CODES, SoundError } from "./errors.js";
export type { AudioFile, Samples } from "./input.js";
export type { ClassifyOptions, ClassifyRecordingOptions, SegmentOptions, Source } from "./options.js";
export type { SegmentStream, SoundStream, StreamResult } from "./streams.js";
export type {
  Category,
  Frame,
  Group,
  GroupScore,
  ModelInfo,
  Prediction,
  Recording,
  RecordingReader,
  SegmentResult,
  SoundEvent,
  StreamOptions,
  Update,
} from "./types.js";
