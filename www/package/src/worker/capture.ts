// In the worker: a stream of live sound. It takes the worklet's blocks, feeds
// the wasm stream with them, sends the blocks back and remembers the last
// seconds, so that another capture can take over where this one leaves.
//
// Positions are samples since listening began, pauses and drops not counted.

import type { WasmStream } from "../../wasm/sourcing_sound.js";
import { PcmRing } from "./pcm-ring.js";
import { type Block, type HandedOver, MEMORY_SECONDS, type Notice, type Stretch, type StreamUpdate } from "../shared/protocol.js";
import type { Level, ModelInfo } from "../shared/types.js";
import { toUpdate } from "./wasm-results.js";

/** How long the worklet's last word is waited for; a browser may hold its messages back while the sound is paused. */
const LAST_BLOCK_TIMEOUT_MS = 1000;

interface Take {
  start: number;
  pcm: Float32Array<ArrayBuffer>;
  filled: number;
  done(taken: Stretch): void;
}

export interface CaptureSetup {
  id: number;
  stream: WasmStream;
  info: ModelInfo;
  sampleRate: number;
  /** Position of the first sample that will be processed. */
  start: number;
  post(notice: Notice, transfer: Transferable[]): void;
  /** What taking a block has thrown. */
  failed(thrown: unknown): void;
}

export class Capture {
  readonly #setup: CaptureSetup;
  readonly #ring: PcmRing;
  readonly #takes = new Set<Take>();
  #port: MessagePort | undefined;
  /** Position from which updates are reported. */
  #liveFrom = 0;
  #last: StreamUpdate | undefined;
  #blocksEnded = false;
  #whenBlocksEnd = () => {};

  constructor(setup: CaptureSetup) {
    this.#setup = setup;
    this.#ring = new PcmRing(Math.ceil(MEMORY_SECONDS * setup.sampleRate), setup.start);
  }

  /** Processes what was reported already: it fills the stream's memory and gives no update. */
  recall({ pcm, start }: Stretch): void {
    const missing = start - this.#ring.end;
    for (const part of [new Float32Array(Math.max(0, missing)), pcm]) {
      this.#setup.stream.push(part);
      this.#ring.push(part);
    }
    this.#setup.stream.takeColumns();
  }

  /** Takes the worklet's blocks from now on, and reports updates. */
  listen(port: MessagePort): void {
    this.#liveFrom = this.#ring.end;
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Block | "end">) => {
      try {
        if (data === "end") this.#endBlocks();
        else this.#take(data, port);
      } catch (thrown) {
        this.#setup.failed(thrown);
      }
    };
  }

  /** The last `seconds` of sound, {@link MEMORY_SECONDS} at most. */
  recent(seconds: number): Stretch {
    return this.#ring.since(this.#ring.end - Math.round(seconds * this.#setup.sampleRate));
  }

  /** The next `samples` samples, or those from the position `from`, as soon as they are there. */
  record(samples: number, from = this.#ring.end): Promise<Stretch> {
    return new Promise((done) => {
      const { pcm, start } = this.#ring.since(from);
      const take = { start, pcm: new Float32Array(samples), filled: 0, done };
      this.#takes.add(take);
      this.#fill(take, pcm);
    });
  }

  /** Waits for the worklet's last block, then ends, with all sound from the position `from` on. */
  handOver(from: number): Promise<HandedOver> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endBlocks(), LAST_BLOCK_TIMEOUT_MS);
      this.#whenBlocksEnd = () => {
        clearTimeout(timer);
        for (const take of this.#takes) this.#finish(take);
        resolve({ ...this.#ring.since(from), ended: this.#ended() });
      };
      if (this.#blocksEnded) this.#whenBlocksEnd();
    });
  }

  close(): void {
    this.#port?.close();
    this.#setup.stream.free();
  }

  #endBlocks(): void {
    this.#blocksEnded = true;
    this.#whenBlocksEnd();
  }

  #take(block: Block, port: MessagePort): void {
    const { id, stream, info, sampleRate, post } = this.#setup;
    const frames = block.length - 2;
    const pcm = block.subarray(0, block[frames]);
    const dropped = block[frames + 1] ?? 0;
    const updates = stream.push(pcm).map((update) => this.#placed(toUpdate(info, update)));
    this.#last = updates.at(-1) ?? this.#last;
    const columns = stream.takeColumns() as Float32Array<ArrayBuffer>;
    const level = levelOf(pcm);
    this.#ring.push(pcm);
    for (const take of this.#takes) this.#fill(take, pcm);
    port.postMessage(block, [block.buffer]);
    const frame = { time: this.#ring.end / sampleRate, level, columns, dropped };
    post({ notice: "frame", stream: id, frame, updates }, [columns.buffer]);
  }

  /** An update in the microphone's time, without what was over before this capture was listened to. */
  #placed(update: StreamUpdate): StreamUpdate {
    const { sampleRate, start } = this.#setup;
    const shift = start / sampleRate;
    const earliest = this.#liveFrom / sampleRate;
    const events = update.events
      .map((event) => ({
        ...event,
        onset: Math.max(event.onset + shift, earliest),
        offset: event.offset === null ? null : event.offset + shift,
      }))
      .filter(({ onset, offset }) => offset === null || offset > onset);
    // A stream speaks of a moment half a window late: the first answer may be of one before it was listened to.
    return { ...update, time: Math.max(update.time + shift, earliest), events };
  }

  /** The last update once more, with the end of every event that still went on; `undefined` where none did. */
  #ended(): StreamUpdate | undefined {
    const time = this.#ring.end / this.#setup.sampleRate;
    const open = this.#last?.events.filter(({ offset }) => offset === null) ?? [];
    if (!this.#last || open.length === 0) return undefined;
    return { ...this.#last, time, events: open.map((event) => ({ ...event, offset: time })) };
  }

  #fill(take: Take, pcm: Float32Array): void {
    const part = pcm.subarray(0, take.pcm.length - take.filled);
    take.pcm.set(part, take.filled);
    take.filled += part.length;
    if (take.filled === take.pcm.length) this.#finish(take);
  }

  #finish(take: Take): void {
    this.#takes.delete(take);
    take.done({ start: take.start, pcm: take.pcm.slice(0, take.filled) });
  }
}

/** RMS and peak of some samples in dBFS; a full-scale square wave has 0 of both. */
function levelOf(pcm: Float32Array): Level {
  let peak = 0;
  let squares = 0;
  for (const sample of pcm) {
    peak = Math.max(peak, Math.abs(sample));
    squares += sample * sample;
  }
  return { rms: 10 * Math.log10(squares / pcm.length), peak: 20 * Math.log10(peak) };
}
