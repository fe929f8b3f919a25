// Every message between the threads, typed once.
//
//   page ⇄ worker      calls with an id and one reply each; notices without an id
//   worklet ⇄ worker   blocks of samples one way, the emptied blocks back
//   page → worklet     the port to the worker, and the end

import type { WireError } from "./errors.js";
import type { Frame, ModelInfo, Prediction, Update } from "./types.js";

/** How a stream decides; an absent value is the model's own. */
export interface StreamSettings {
  /** Seconds from one update to the next. */
  hopSeconds?: number;
  /** Seconds over which scores are averaged. */
  smoothingSeconds?: number;
  /** Score, 0 to 1, that some label must reach not to be rejected. */
  rejectionThreshold?: number;
  /** Score, 0 to 1, from which a sound begins an event, and below which it ends it. */
  eventOn?: number;
  eventOff?: number;
}

/** Updates as the worker makes them; what was dropped belongs to the whole microphone. */
export type StreamUpdate = Omit<Update, "dropped">;

/** What one push into a stream yields. */
export interface StreamOutput {
  updates: StreamUpdate[];
  columns: Float32Array<ArrayBuffer>;
}

/** The calls of the page on the worker. `stream` is a number that the page chooses. */
export interface Calls {
  init: { args: { module: WebAssembly.Module; model: ArrayBuffer }; reply: ModelInfo };
  classify: { args: { pcm: Float32Array; sampleRate: number; hopSeconds: number | undefined }; reply: Prediction[] };
  logMel: { args: { pcm: Float32Array; sampleRate: number }; reply: Float32Array<ArrayBuffer> };
  openStream: { args: { stream: number; sampleRate: number; settings: StreamSettings }; reply: undefined };
  push: { args: { stream: number; pcm: Float32Array }; reply: StreamOutput };
  finish: { args: { stream: number }; reply: StreamUpdate[] };
  closeStream: { args: { stream: number }; reply: undefined };
  /** Feeds the stream from the worklet's port until it is closed. */
  capture: { args: { stream: number; sampleRate: number; settings: StreamSettings; port: MessagePort }; reply: undefined };
  /** Keeps the next `samples` samples of a captured stream and answers with them. */
  record: { args: { stream: number; samples: number }; reply: Float32Array<ArrayBuffer> };
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

/** Page → worklet. A new port replaces the one before it. */
export type ToWorklet = { port: MessagePort } | { close: true };

/** The name under which the worklet registers itself. */
export const CAPTURE_PROCESSOR = "sourcing-sound-capture";
