// sourcing-sound: tells in the browser, on the listener's own device, what a
// sound is. Importing this touches no global: nothing happens before a call.

export { Classifier } from "./classifier.js";
export { BROWSER_CODES, CORE_CODES, type ErrorCode, type Missing, SoundError } from "./errors.js";
export { listen, type Microphone } from "./microphone.js";
export type { MicrophoneState } from "./microphone-state.js";
export type { ClassifyOptions, ListenOptions, LoadOptions, SegmentOptions, Source, StreamOptions } from "./options.js";
export type { SegmentStream, SoundStream, StreamResult } from "./streams.js";
export type {
  Category,
  Frame,
  Group,
  GroupScore,
  Level,
  ModelInfo,
  Prediction,
  Recording,
  SegmentResult,
  SoundEvent,
  Update,
} from "./types.js";
