// In the worker: takes the worklet's blocks, feeds a stream with them and
// sends the blocks back.

import type { WasmStream } from "../wasm/sourcing_sound.js";
import { levelOf } from "./level.js";
import type { Block, Notice } from "./protocol.js";
import { toUpdate } from "./wasm-results.js";

interface Take {
  pcm: Float32Array<ArrayBuffer>;
  filled: number;
  done(pcm: Float32Array<ArrayBuffer>): void;
}

export interface CaptureSetup {
  id: number;
  stream: WasmStream;
  labels: readonly string[];
  sampleRate: number;
  port: MessagePort;
  post(notice: Notice, transfer: Transferable[]): void;
  /** What taking a block has thrown. */
  failed(thrown: unknown): void;
}

export class Capture {
  readonly #setup: CaptureSetup;
  readonly #takes = new Set<Take>();
  #samples = 0;

  constructor(setup: CaptureSetup) {
    this.#setup = setup;
    setup.port.onmessage = ({ data }: MessageEvent<Block>) => {
      try {
        this.#take(data);
      } catch (thrown) {
        setup.failed(thrown);
      }
    };
  }

  /** The next `samples` samples, as soon as they are there. */
  record(samples: number): Promise<Float32Array<ArrayBuffer>> {
    return new Promise((done) => {
      this.#takes.add({ pcm: new Float32Array(samples), filled: 0, done });
    });
  }

  close(): void {
    this.#setup.port.close();
    this.#setup.stream.free();
  }

  #take(block: Block): void {
    const { id, stream, labels, sampleRate, port, post } = this.#setup;
    const frames = block.length - 2;
    const pcm = block.subarray(0, block[frames]);
    const dropped = block[frames + 1] ?? 0;
    const updates = stream.push(pcm).map((update) => toUpdate(labels, update));
    const columns = stream.takeColumns() as Float32Array<ArrayBuffer>;
    const level = levelOf(pcm);
    this.#samples += pcm.length;
    this.#fillTakes(pcm);
    port.postMessage(block, [block.buffer]);
    const frame = { time: this.#samples / sampleRate, level, columns, dropped };
    post({ notice: "frame", stream: id, frame, updates }, [columns.buffer]);
  }

  #fillTakes(pcm: Float32Array): void {
    for (const take of this.#takes) {
      const part = pcm.subarray(0, take.pcm.length - take.filled);
      take.pcm.set(part, take.filled);
      take.filled += part.length;
      if (take.filled === take.pcm.length) {
        this.#takes.delete(take);
        take.done(take.pcm);
      }
    }
  }
}
