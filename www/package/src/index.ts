// sourcing-sound: tells in the browser, on the listener's own device, what a
// sound is. Importing this touches no global: nothing happens before a call.

export { Classifier, type SoundStream, type StreamResult } from "./classifier.js";
export { BROWSER_CODES, CORE_CODES, type ErrorCode, type Missing, SoundError } from "./errors.js";
export { listen, type Microphone } from "./microphone.js";
export type { MicrophoneState } from "./microphone-state.js";
export type { ClassifyOptions, ListenOptions, LoadOptions, Source, StreamOptions } from "./options.js";
export type {
  Category,
  Frame,
  Group,
  GroupScore,
  Level,
  ModelInfo,
  Prediction,
  Recording,
  SoundEvent,
  Update,
} from "./types.js";
