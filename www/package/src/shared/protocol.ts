// Every message between the threads, typed once.
//
//   page ⇄ worker      calls with an id and one reply each; notices without an id
//   worklet ⇄ worker   blocks of samples one way, the emptied blocks back
//   page → worklet     the port to the worker, and the end

import type { WireError } from "./errors.js";
import type { Frame, ModelInfo, Prediction, SegmentResult, StreamOptions, Update } from "./types.js";

/** Updates as the worker makes them; what was dropped belongs to the whole microphone. */
export type StreamUpdate = Omit<Update, "dropped">;

/** What one push into a stream yields. */
export interface StreamOutput {
  updates: StreamUpdate[];
  columns: Float32Array<ArrayBuffer>;
}

/** A stretch of sound and the position of its first sample. */
export interface Stretch {
  pcm: Float32Array<ArrayBuffer>;
  start: number;
}

/** What a capture leaves to the one that takes over. */
export interface HandedOver extends Stretch {
  /** The end of the events that still went on, if there were any. */
  ended: StreamUpdate | undefined;
}

/** The calls of the page on the worker. `stream` is a number that the page chooses. */
export interface Calls {
  init: {
    args: { module: WebAssembly.Module; model: ArrayBuffer; head: ArrayBuffer | undefined; headOnly: boolean };
    reply: ModelInfo;
  };
  /** `top`: how many categories each prediction brings; all where it is undefined. */
  classify: {
    args: { pcm: Float32Array; sampleRate: number; hopSeconds: number | undefined; top: number | undefined };
    reply: Prediction[];
  };
  logMel: { args: { pcm: Float32Array; sampleRate: number }; reply: Float32Array<ArrayBuffer> };
  openSegments: {
    args: { stream: number; sampleRate: number; hopSeconds: number | undefined; top: number | undefined };
    reply: undefined;
  };
  pushSegments: { args: { stream: number; pcm: Float32Array }; reply: SegmentResult };
  finishSegments: { args: { stream: number }; reply: Prediction[] };
  openStream: { args: { stream: number; sampleRate: number; settings: StreamOptions }; reply: undefined };
  push: { args: { stream: number; pcm: Float32Array }; reply: StreamOutput };
  finish: { args: { stream: number }; reply: StreamUpdate[] };
  closeStream: { args: { stream: number }; reply: undefined };
  /** Opens a stream of live sound that begins with earlier sound, which gives no updates. */
  openCapture: {
    args: { stream: number; sampleRate: number; settings: StreamOptions; before: Stretch };
    reply: undefined;
  };
  /** Adds the sound captured meanwhile, then listens to the worklet's port until the stream is closed. */
  listen: { args: { stream: number; before: Stretch; port: MessagePort }; reply: undefined };
  /** The last `seconds` of a captured stream's sound. */
  recent: { args: { stream: number; seconds: number }; reply: Stretch };
  /** Ends a captured stream at the worklet's next "end" and answers with its sound from the position `from` on. */
  handOver: { args: { stream: number; from: number }; reply: HandedOver };
  /**
   * Keeps the next `samples` samples of a captured stream, or those from the position `from`, and answers with them;
   * with fewer when the stream is handed over meanwhile.
   */
  record: { args: { stream: number; samples: number; from: number | undefined }; reply: Stretch };
}

export type CallName = keyof Calls;

/** Page → worker. */
export type Request = { [K in CallName]: { id: number; call: K; args: Calls[K]["args"] } }[CallName];

/** Worker → page, in answer to a request. */
export type Reply = { id: number; value: Calls[CallName]["reply"] } | { id: number; error: WireError };

/** Worker → page, unasked. */
export type Notice =
  | { notice: "frame"; stream: number; frame: Frame; updates: StreamUpdate[] }
  /** A captured stream is over: its sound could not be taken. */
  | { notice: "failed"; stream: number; error: WireError }
  /** The wasm instance is not to be used again. */
  | { notice: "crashed"; message: string };

export type FromWorker = Reply | Notice;

/** Samples in a block: long enough that messages are few, short enough for a live picture. */
export const BLOCK_FRAMES = 2048;

/** How much sound a captured stream keeps, in seconds: a segment and the smoothing of most models. */
export const MEMORY_SECONDS = 5;

/** Blocks in circulation: 1.4 s at 48 kHz, more than the slowest single call of the worker on a live stream. */
export const BLOCK_COUNT = 32;

/**
 * A block is one `Float32Array`: `frames` samples, then how many of them are filled, then how many
 * samples were dropped since listening began. It travels to the worker and comes back to be filled again.
 */
export type Block = Float32Array<ArrayBuffer>;

/** Handed to the worklet's processor when it is made. */
export interface CaptureOptions {
  frames: number;
  blocks: number;
}

/** Page → worklet. A new port replaces the one before it, between two blocks; the word "end" is the last on the old one. */
export type ToWorklet = { port: MessagePort } | { close: true };

/** The name under which the worklet registers itself. */
export const CAPTURE_PROCESSOR = "sourcing-sound-capture";
