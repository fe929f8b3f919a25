// Every message between the reader of a recording and the thread that decodes it: requests one after the other, each with one
// answer. In Node the thread may ask for bytes before it answers.

/** What a file is opened with. */
export interface ToOpen {
  module: WebAssembly.Module;
  /** The file, or the memory in which the thread gets the bytes that it asks for. */
  source: Blob | SharedArrayBuffer;
  /** The size of the file. */
  bytes: number;
  /** Its extension is a hint at its format. */
  name: string;
}

/** A request to the thread. */
export type ToDecoder =
  | { open: ToOpen }
  /** Leaves out everything before this many seconds. Comes before the first `next`. */
  | { skipTo: number }
  /** Asks for at least this many samples of each channel; there are fewer only at the end. */
  | { next: number };

/** What was wrong with a recording. Times in seconds. */
export type DecodedWarning =
  | { code: "audio-cut-off"; time: number; promised: number }
  | { code: "audio-damaged"; time: number; parts: number }
  | { code: "audio-broken-off"; time: number; reason: string };

/** What the thread found when it opened a file. */
export interface Opened {
  /** Samples per second. */
  sampleRate: number;
  channels: number;
  /** Seconds to expect; `undefined` for a file that does not state it. */
  duration: number | undefined;
}

/** Answers of the thread, and its questions for bytes. */
export type FromDecoder =
  | { opened: Opened }
  | { skipped: true }
  | { planes: Float32Array<ArrayBuffer>[] }
  | { ended: DecodedWarning[] }
  /** The file is to blame; `code` is one of the decoder's. */
  | { failed: { code: string; message: string } }
  /** The wasm instance must not be used again. */
  | { crashed: string }
  /** Wants bytes in its memory; there is no other answer. */
  | { read: { at: number; count: number } };

/** The memory for bytes: a state and the bytes after it. */
export const STATE_BYTES = 4;
/** As much as the decoder asks for at a time. */
export const MEMORY_BYTES = STATE_BYTES + 2 ** 18;
/** States of the memory; any other is the number of bytes available. */
export const WAITING = -1;
export const UNREADABLE = -2;
