// The options of listening.

import type { Classifier } from "./classifier.js";
import type { SoundError } from "../shared/errors.js";
import { LOAD_OPTIONS, type LoadOptions } from "./load-options.js";
import type { MicrophoneState } from "./microphone-state.js";
import { type Names, STREAM_OPTIONS } from "../shared/options.js";
import type { Frame, StreamOptions } from "../shared/types.js";

/** Options of `listen`. */
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
  /** Called when something goes wrong after listening began. Default: only `state` changes. */
  onError?: (error: SoundError) => void;
  /** Called after every change of `state`. */
  onStateChange?: (state: MicrophoneState) => void;
}

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
