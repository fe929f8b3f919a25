// What the entry points of both the page and Node export.

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
