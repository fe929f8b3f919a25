// sourcing-sound: names sounds, in the browser, on the user's own device. Importing
// this touches no global: nothing happens before a call.

export * from "../shared/public.js";
export type { Level } from "../shared/types.js";
export { hasRelaxedSimd } from "../shared/simd.js";
export { Classifier, type LoadOptions } from "./classifier.js";
export { listen } from "./listen.js";
export type { ListenOptions, Microphone } from "./microphone.js";
export type { MicrophoneState } from "./microphone-state.js";
export { openRecording } from "./recording.js";
export { Teacher, type TeacherOptions } from "./teacher.js";
