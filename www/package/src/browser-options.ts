// The options that only a browser has.

import type { Classifier } from "./classifier.js";
import type { SoundError } from "./errors.js";
import type { MicrophoneState } from "./microphone-state.js";
import {
  type CommonLoadOptions,
  type Names,
  NODE_LOAD_OPTIONS,
  type Source,
  STREAM_OPTIONS,
} from "./options.js";
import type { Frame, StreamOptions } from "./types.js";

/** Options of {@link Classifier.load}. */
export interface LoadOptions extends CommonLoadOptions {
  /** The wasm module, or its address or bytes. Default: the one shipped with the package. */
  wasm?: Source | WebAssembly.Module;
  /** Address of the worker's script. Default: the one shipped with the package. */
  worker?: URL | string;
}

/** Options of {@link listen}. */
export interface ListenOptions extends LoadOptions, StreamOptions {
  /** One that is loaded already; it stays open when the microphone closes. Default: loads its own. */
  classifier?: Classifier;
  /**
   * What to listen to instead of a microphone: the sound of a call, of a tab, of a media element. Its tracks are not
   * stopped at the end. Default: the microphone.
   */
  mediaStream?: MediaStream;
  /** Which microphone, by the `deviceId` of `enumerateDevices()`. Default: the system's. */
  deviceId?: string;
  /** Ends the loading with `aborted`; later, closes the microphone. */
  signal?: AbortSignal;
  /** Address of the capture worklet's script. Default: the one shipped with the package. */
  worklet?: URL | string;
  /** Called with level and log-mel columns, about 23 times a second at 48 kHz. */
  onFrame?: (frame: Frame) => void;
  /** Called when something goes wrong after listening began. Default: nobody hears of it but `state`. */
  onError?: (error: SoundError) => void;
  /** Called after every change of `state`. */
  onStateChange?: (state: MicrophoneState) => void;
}

export const LOAD_OPTIONS: Names<LoadOptions> = [...NODE_LOAD_OPTIONS, "wasm", "worker"];
export const LISTEN_OPTIONS: Names<ListenOptions> = [
  ...LOAD_OPTIONS,
  ...STREAM_OPTIONS,
  "classifier",
  "mediaStream",
  "deviceId",
  "worklet",
  "onFrame",
  "onError",
  "onStateChange",
];
