// Every message between the threads.
//
//   page ⇄ worker      calls, each with an id and one reply; notices without an id
//   worklet ⇄ worker   blocks of samples one way, the same blocks back to be refilled
//   page → worklet     the port to the worker, and the end of capturing

import type { Channel, Taken } from "./downmix.js";
import type { WireError } from "./errors.js";
import type {
  Embedding,
  Frame,
  ModelInfo,
  Prediction,
  SegmentResult,
  SoundExample,
  StreamOptions,
  Taught,
  Update,
} from "./types.js";

/** An update as the worker makes it: without the dropped samples, which are counted for the whole microphone. */
export type StreamUpdate = Omit<Update, "dropped">;

/** The result of one push into a stream. */
export interface StreamOutput {
  updates: StreamUpdate[];
  columns: Float32Array<ArrayBuffer>;
}

/** A stretch of sound and the position of its first sample. */
export interface Stretch {
  pcm: Float32Array<ArrayBuffer>;
  start: number;
}

/** What one capture passes to the next. */
export interface HandedOver extends Stretch {
  /** An update that ends the events still open, if there are any. */
  ended: StreamUpdate | undefined;
}

/** The calls of the page to the worker. `stream` is a number that the page chooses. */
export interface Calls {
  init: {
    args: {
      module: WebAssembly.Module;
      model: ArrayBuffer;
      head: ArrayBuffer | undefined;
      headOnly: boolean;
      /** Name of the lock that the worker is to hold as long as it lives. */
      lock: string | undefined;
    };
    /** `locked`: it holds the lock. */
    reply: { info: ModelInfo; locked: boolean };
  };
  /** `top` is the number of categories in each prediction; all of them if it is undefined. */
  classify: {
    args: { pcm: Float32Array<ArrayBuffer>; sampleRate: number; hopSeconds: number | undefined; top: number | undefined };
    reply: Prediction[];
  };
  logMel: { args: { pcm: Float32Array<ArrayBuffer>; sampleRate: number }; reply: Float32Array<ArrayBuffer> };
  embed: { args: { pcm: Float32Array<ArrayBuffer>; sampleRate: number }; reply: Embedding[] };
  /** Without a label the examples are of something else. */
  examples: {
    args: { label: string | undefined; recording: string; pcm: Float32Array<ArrayBuffer>; sampleRate: number };
    reply: SoundExample[];
  };
  /** Returns the examples in the file of a taught head. `module` is the one that trains. */
  examplesIn: { args: { module: WebAssembly.Module; file: ArrayBuffer }; reply: SoundExample[] };
  teach: {
    args: { module: WebAssembly.Module; background: ArrayBuffer; name: string; examples: readonly SoundExample[] };
    reply: Taught;
  };
  openSegments: {
    args: { stream: number; sampleRate: number; hopSeconds: number | undefined; top: number | undefined };
    reply: undefined;
  };
  pushSegments: { args: { stream: number; pcm: Float32Array<ArrayBuffer> }; reply: SegmentResult };
  finishSegments: { args: { stream: number }; reply: Prediction[] };
  openStream: { args: { stream: number; sampleRate: number; settings: StreamOptions }; reply: undefined };
  push: { args: { stream: number; pcm: Float32Array<ArrayBuffer> }; reply: StreamOutput };
  finish: { args: { stream: number }; reply: StreamUpdate[] };
  closeStream: { args: { stream: number }; reply: undefined };
  /** Opens a stream of live sound. It first processes the sound `before`, which produces no updates. */
  openCapture: {
    args: { stream: number; sampleRate: number; settings: StreamOptions; before: Stretch };
    reply: undefined;
  };
  /** Adds the sound captured in the meantime, then listens to the worklet's port until the stream is closed. */
  listen: { args: { stream: number; before: Stretch; port: MessagePort }; reply: undefined };
  /** Returns the last `seconds` of a captured stream's sound. */
  recent: { args: { stream: number; seconds: number }; reply: Stretch };
  /** Ends a captured stream at the worklet's next "end" and returns its sound from the position `from` on. */
  handOver: { args: { stream: number; from: number }; reply: HandedOver };
  /**
   * Records the next `samples` samples of a captured stream, or those from the position `from` on. Returns fewer if the
   * stream is handed over or closed in the meantime. `take` is a number that the page chooses.
   */
  record: { args: { stream: number; take: number; samples: number; from: number | undefined }; reply: Stretch };
  /** Ends a recording early: its call returns what there is of it. */
  endRecord: { args: { stream: number; take: number }; reply: undefined };
}

export type CallName = keyof Calls;

/** Page → worker. */
export type Request = { [K in CallName]: { id: number; call: K; args: Calls[K]["args"] } }[CallName];

/** Worker → page, in reply to a request. */
export type Reply = { id: number; value: Calls[CallName]["reply"] } | { id: number; error: WireError };

/** Worker → page, without a request. */
export type Notice =
  | { notice: "frame"; stream: number; frame: Frame; updates: StreamUpdate[] }
  /** A captured stream has failed and is closed. */
  | { notice: "failed"; stream: number; error: WireError }
  /** The wasm instance must not be used again. */
  | { notice: "crashed"; message: string };

export type FromWorker = Reply | Notice;

/** Samples in a block: long enough for few messages, short enough for a live picture. */
export const BLOCK_FRAMES = 2048;

/** Seconds of sound that a captured stream keeps: enough for the segment and the smoothing of most models. */
export const MEMORY_SECONDS = 5;

/** Blocks in circulation: 1.4 s at 48 kHz, longer than the worker's slowest call on a live stream. */
export const BLOCK_COUNT = 32;

/** Up to here, whole numbers are exact as 32-bit floats: a few minutes of samples. */
export const EXACT = 2 ** 24;

/** What follows the samples in a {@link Block}: three numbers. */
export const BLOCK_TAIL = 3;

/**
 * A `Float32Array` with `frames` samples, the number of samples that are filled, and the number of samples dropped since
 * listening began: what is left of it beyond whole {@link EXACT}, and how many of these there are. It travels to the worker and
 * comes back to be filled again.
 */
export type Block = Float32Array<ArrayBuffer>;

/** Options of the worklet's processor. */
export interface CaptureOptions {
  frames: number;
  blocks: number;
  channel: Channel | undefined;
}

/**
 * Page → worklet. A new port replaces the old one between two blocks; the last message on the old port is "end". With
 * `lostFrom`, the worker at the old port is gone: what was sent to it from that position on counts as dropped.
 */
export type ToWorklet = { port: MessagePort; lostFrom?: number } | { close: true };

/** Worklet → page: a channel is used instead of the mix; sent once. */
export interface FromWorklet {
  taken: Taken;
}

/** The name under which the worklet registers itself. */
export const CAPTURE_PROCESSOR = "sourcing-sound-capture";
