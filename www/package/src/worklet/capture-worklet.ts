// Runs on the audio thread: mixes render quanta to one channel and copies them
// into blocks that circulate between here and the worker. It imports nothing at
// run time. `process` neither allocates, unless the number of channels changes,
// nor logs nor throws; without an empty block it drops samples and counts them.

import { Downmix, MAX_CHANNELS, positionOf } from "../shared/downmix.js";
import { type Block, BLOCK_TAIL, type CaptureOptions, EXACT, type FromWorklet, type ToWorklet } from "../shared/protocol.js";

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #frames: number;
  readonly #blocks: number;
  readonly #empty: Block[] = [];
  readonly #transfer: Transferable[] = [];
  #worker: MessagePort | undefined;
  #block: Block | undefined;
  #filled = 0;
  /** Samples sent since listening began, which is the position of the next one; without those dropped. */
  #sent = 0;
  #dropped = 0;
  #closed = false;
  /** The position of the channel that was asked for; `undefined` for a mix. */
  readonly #position: number | undefined;
  readonly #write = (mono: Float32Array, frames: number) => this.#append(mono, frames);
  #mix: Downmix | undefined;
  #channels = 0;
  /** Frames mixed since listening began, and where the present mix began. */
  #mixed = 0;
  #start = 0;
  #told = false;

  constructor(options: { processorOptions: CaptureOptions }) {
    super();
    this.#frames = options.processorOptions.frames;
    this.#blocks = options.processorOptions.blocks;
    this.#position = positionOf(options.processorOptions.channel);
    this.port.onmessage = ({ data }: MessageEvent<ToWorklet>) => {
      if ("port" in data) this.#connect(data.port, data.lostFrom);
      else this.#close();
    };
  }

  /** The old port gets the samples so far and "end". It may still hold blocks, so each port gets new ones. */
  #connect(port: MessagePort, lostFrom: number | undefined): void {
    if (this.#block !== undefined) this.#send();
    if (lostFrom !== undefined) {
      this.#dropped += this.#sent - lostFrom;
      this.#sent = lostFrom;
    }
    this.#worker?.postMessage("end");
    this.#worker = port;
    this.#empty.length = 0;
    for (let i = 0; i < this.#blocks; i += 1) this.#empty.push(new Float32Array(this.#frames + BLOCK_TAIL));
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
    const planes = inputs[0];
    const quantum = planes?.[0];
    if (planes === undefined || quantum === undefined || this.#worker === undefined) return !this.#closed;
    if (this.#position !== undefined) {
      const plane = planes[Math.min(this.#position, planes.length - 1)] ?? quantum;
      this.#append(plane, plane.length);
      return true;
    }
    if (planes.length !== this.#channels) this.#begin(planes.length);
    this.#mix?.push(planes, 0, quantum.length);
    this.#mixed += quantum.length;
    const taken = this.#mix?.taken;
    if (taken !== undefined && !this.#told) {
      this.#told = true;
      this.port.postMessage({ taken: { ...taken, frame: this.#start + taken.frame } } satisfies FromWorklet);
    }
    return true;
  }

  #begin(channels: number): void {
    this.#mix?.finish();
    this.#channels = channels;
    this.#start = this.#mixed;
    // Browsers provide no more than 32.
    this.#mix = new Downmix(Math.min(channels, MAX_CHANNELS), this.#write);
  }

  #append(mono: Float32Array, frames: number): void {
    for (let at = 0; at < frames; ) {
      if (this.#block === undefined) {
        this.#block = this.#empty.pop();
        this.#filled = 0;
      }
      if (this.#block === undefined) {
        this.#dropped += frames - at;
        return;
      }
      const count = Math.min(frames - at, this.#frames - this.#filled);
      for (let i = 0; i < count; i += 1) this.#block[this.#filled + i] = mono[at + i]!;
      this.#filled += count;
      at += count;
      if (this.#filled === this.#frames) this.#send();
    }
  }

  #send(): void {
    const block = this.#block;
    if (block === undefined || this.#worker === undefined) return;
    block[this.#frames] = this.#filled;
    block[this.#frames + 1] = this.#dropped % EXACT;
    block[this.#frames + 2] = Math.floor(this.#dropped / EXACT);
    this.#sent += this.#filled;
    this.#transfer[0] = block.buffer;
    this.#worker.postMessage(block, this.#transfer);
    this.#block = undefined;
  }
}

// CAPTURE_PROCESSOR itself cannot be imported here, so its type checks the name.
registerProcessor("sourcing-sound-capture" satisfies typeof import("../shared/protocol.js").CAPTURE_PROCESSOR, CaptureProcessor);
