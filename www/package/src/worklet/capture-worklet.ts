// Runs on the audio thread: copies render quanta into blocks that circulate
// between here and the worker. It imports nothing at run time. `process` neither
// allocates, logs nor throws; without an empty block it drops samples and counts
// them.

import type { Block, CaptureOptions, ToWorklet } from "../shared/protocol.js";

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #frames: number;
  readonly #blocks: number;
  readonly #empty: Block[] = [];
  readonly #transfer: Transferable[] = [];
  #worker: MessagePort | undefined;
  #block: Block | undefined;
  #filled = 0;
  #dropped = 0;
  #closed = false;

  constructor(options: { processorOptions: CaptureOptions }) {
    super();
    this.#frames = options.processorOptions.frames;
    this.#blocks = options.processorOptions.blocks;
    this.port.onmessage = ({ data }: MessageEvent<ToWorklet>) => {
      if ("port" in data) this.#connect(data.port);
      else this.#close();
    };
  }

  /** The old port gets the samples so far and "end". It may still hold blocks, so each port gets new ones. */
  #connect(port: MessagePort): void {
    if (this.#block !== undefined) this.#send();
    this.#worker?.postMessage("end");
    this.#worker = port;
    this.#empty.length = 0;
    for (let i = 0; i < this.#blocks; i += 1) this.#empty.push(new Float32Array(this.#frames + 2));
    this.#block = undefined;
    port.onmessage = ({ data }: MessageEvent<Block>) => {
      if (port === this.#worker) this.#empty.push(data);
    };
  }

  #close(): void {
    this.#closed = true;
    this.#worker?.close();
    this.#worker = undefined;
  }

  process(inputs: Float32Array[][]): boolean {
    const quantum = inputs[0]?.[0];
    if (quantum === undefined || this.#worker === undefined) return !this.#closed;
    if (this.#block !== undefined && this.#filled + quantum.length > this.#frames) this.#send();
    if (this.#block === undefined) {
      this.#block = this.#empty.pop();
      this.#filled = 0;
    }
    if (this.#block === undefined) {
      this.#dropped += quantum.length;
      return true;
    }
    this.#block.set(quantum, this.#filled);
    this.#filled += quantum.length;
    if (this.#filled === this.#frames) this.#send();
    return true;
  }

  #send(): void {
    const block = this.#block;
    if (block === undefined || this.#worker === undefined) return;
    block[this.#frames] = this.#filled;
    block[this.#frames + 1] = this.#dropped;
    this.#transfer[0] = block.buffer;
    this.#worker.postMessage(block, this.#transfer);
    this.#block = undefined;
  }
}

// CAPTURE_PROCESSOR itself cannot be imported here, so its type checks the name.
registerProcessor("sourcing-sound-capture" satisfies typeof import("../shared/protocol.js").CAPTURE_PROCESSOR, CaptureProcessor);
