// One thread that decodes one recording, as its owner sees it.

import {
  type FromDecoder,
  MEMORY_BYTES,
  type Opened,
  STATE_BYTES,
  type ToDecoder,
  UNREADABLE,
  WAITING,
} from "../shared/decoding.js";
import { type ErrorCode, messageOf, SoundError } from "../shared/errors.js";
import type { ThreadWorker } from "../shared/worker-link.js";

/** How a page and Node start the decoder. */
export interface Decoding {
  /**
   * Loads it when it is first wanted: its module, and what starts a thread with its script. Throws `wasm-fetch` or
   * `unsupported`.
   */
  load(): Promise<{ module: WebAssembly.Module; newThread(): ThreadWorker }>;
  /** Whether the thread gets the file's bytes from here, by shared memory, because it cannot read a Blob itself. */
  sharesMemory: boolean;
}

/** The package's code for each of the decoder's. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  io: "audio-read",
  "audio-unsupported": "audio-format",
  "audio-corrupt": "audio-damaged",
  "audio-empty": "audio-empty",
};

/** What converts a recording that nothing here can read. */
const REMEDY = "convert it to WAV: ffmpeg -i INPUT -c:a pcm_s16le OUTPUT.wav";

type Answer = Exclude<FromDecoder, { failed: unknown } | { crashed: unknown } | { read: unknown }>;

interface Pending {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export class DecoderThread {
  readonly #worker: ThreadWorker;
  readonly #file: Blob;
  readonly #memory: SharedArrayBuffer | undefined;
  /** Whether its script has run. */
  #runs = false;
  #pending: Pending | undefined;
  #ended: { reason: unknown } | undefined;

  /** Starts a thread and opens the file in it. Throws `wasm-fetch`, or the error of the file. */
  static async open(file: Blob, decoding: Decoding): Promise<{ thread: DecoderThread; opened: Opened }> {
    const { module, newThread } = await decoding.load();
    const thread = new DecoderThread(file, newThread, decoding.sharesMemory);
    try {
      const name = "name" in file && typeof file.name === "string" ? file.name : "";
      const answer = await thread.ask({ open: { module, source: thread.#memory ?? file, bytes: file.size, name } });
      if (!("opened" in answer)) throw unexpected();
      return { thread, opened: answer.opened };
    } catch (thrown) {
      thread.end(thrown);
      throw thrown;
    }
  }

  private constructor(file: Blob, newThread: () => ThreadWorker, sharesMemory: boolean) {
    this.#file = file;
    this.#memory = sharesMemory ? new SharedArrayBuffer(MEMORY_BYTES) : undefined;
    try {
      this.#worker = newThread();
    } catch (thrown) {
      throw thrown instanceof SoundError ? thrown : unstartable(messageOf(thrown), thrown);
    }
    this.#worker.onmessage = ({ data }: MessageEvent<FromDecoder>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      // If the script cannot be loaded, the event has no message.
      const message = event.message || "its script could not be loaded";
      this.end(this.#runs ? crashed(message) : unstartable(message));
    };
    this.#worker.onmessageerror = () => this.end(crashed("a message could not be read"));
  }

  /** Sends a request, of which there is only one at a time, and returns its answer. */
  ask(request: ToDecoder): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#ended.reason);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#worker.busy?.(true);
      this.#worker.postMessage(request, []);
    });
  }

  /** Ends the thread at once, also while it is decoding; a pending request fails with `reason`. */
  end(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = { reason };
    this.#settle()?.reject(reason);
    this.#worker.terminate();
  }

  #receive(message: FromDecoder): void {
    this.#runs = true;
    if ("read" in message) void this.#read(message.read);
    else if ("crashed" in message) this.end(crashed(message.crashed));
    else if ("failed" in message) this.#settle()?.reject(failed(message.failed));
    else this.#settle()?.resolve(message);
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.busy?.(false);
    return pending;
  }

  async #read({ at, count }: { at: number; count: number }): Promise<void> {
    if (!this.#memory) return;
    const state = new Int32Array(this.#memory, 0, 1);
    const read = this.#file.slice(at, at + count).arrayBuffer();
    const bytes = await read.catch(() => undefined);
    if (bytes) new Uint8Array(this.#memory, STATE_BYTES).set(new Uint8Array(bytes));
    Atomics.compareExchange(state, 0, WAITING, bytes ? bytes.byteLength : UNREADABLE);
    Atomics.notify(state, 0);
  }
}

function failed({ code, message }: { code: string; message: string }): SoundError {
  const own = CODES[code] ?? "audio-damaged";
  return new SoundError(own, own === "audio-format" ? `${message}; ${REMEDY}` : message);
}

function crashed(message: string): SoundError {
  return new SoundError("audio-damaged", `the decoder failed on this recording (${message}); ${REMEDY}`);
}

function unstartable(message: string, cause?: unknown): SoundError {
  return new SoundError("wasm-fetch", `the decoder cannot be started: ${message}`, { cause });
}

export function unexpected(): SoundError {
  return new SoundError("wasm-fetch", "the decoder's script is not of this version");
}
