// What the entry points of both the page and Node export.

export { CORE_CODES, type ErrorCode, type Missing, PLATFORM_CODES, SoundError } from "./errors.js";
export type { Channel } from "./downmix.js";
export type { AudioFile, Samples } from "./input.js";
export type {
  AddOptions,
  ClassifyOptions,
  ClassifyRecordingOptions,
  RecordingOptions,
  SegmentOptions,
  Source,
  TrainOptions,
} from "./options.js";
export type { SegmentStream, SoundStream, StreamResult } from "./streams.js";
export type {
  Category,
  Embedding,
  Frame,
  Group,
  GroupScore,
  ModelInfo,
  Prediction,
  Recording,
  RecordingReader,
  SegmentResult,
  SoundEvent,
  SoundExample,
  SoundShare,
  StreamOptions,
  Taught,
  TaughtLabel,
  TeachFinding,
  TeachReport,
  Update,
} from "./types.js";
export type { SoundWarning, WarningCode } from "./warnings.js";
