// A stream of live sound in the worker. It passes the worklet's blocks to the wasm
// stream, sends the blocks back, and keeps the last seconds of sound so that
// another capture can take over where this one ends.
//
// Positions count the samples since listening began, without pauses and dropped
// samples.

import type { WasmStream } from "../../wasm/sourcing_sound.js";
import { withEventsEnded } from "../shared/ended.js";
import { silence } from "../shared/input.js";
import { PcmRing } from "./pcm-ring.js";
import {
  type Block,
  BLOCK_TAIL,
  EXACT,
  type HandedOver,
  MEMORY_SECONDS,
  type Notice,
  type Stretch,
  type StreamUpdate,
} from "../shared/protocol.js";
import type { Level, ModelInfo } from "../shared/types.js";
import { toUpdate } from "./wasm-results.js";

/** How long to wait for the worklet's last message, which a browser may delay while the audio is paused. */
const LAST_BLOCK_TIMEOUT_MS = 1000;

/** A recording in progress. */
interface Take {
  id: number;
  start: number;
  pcm: Float32Array<ArrayBuffer>;
  filled: number;
  done(recorded: Stretch): void;
}

export interface CaptureSetup {
  id: number;
  stream: WasmStream;
  info: ModelInfo;
  sampleRate: number;
  /** Position of the first sample to process. */
  start: number;
  post(notice: Notice, transfer: Transferable[]): void;
  /** Called with the exception if processing a block fails. */
  failed(thrown: unknown): void;
}

export class Capture {
  readonly #setup: CaptureSetup;
  readonly #ring: PcmRing;
  readonly #takes = new Set<Take>();
  #port: MessagePort | undefined;
  /** Position from which events are reported. */
  #liveFrom = 0;
  #last: StreamUpdate | undefined;
  #blocksEnded = false;
  #whenBlocksEnd = () => {};

  constructor(setup: CaptureSetup) {
    this.#setup = setup;
    this.#ring = new PcmRing(Math.ceil(MEMORY_SECONDS * setup.sampleRate), setup.start);
  }

  /** Processes earlier sound without reporting updates, so that the stream starts with its segment and scores filled. */
  warmUp({ pcm, start }: Stretch): void {
    const missing = start - this.#ring.end;
    for (const part of [new Float32Array(Math.max(0, missing)), pcm]) {
      this.#setup.stream.push(part);
      this.#ring.push(part);
    }
    this.#setup.stream.takeColumns();
  }

  /** Processes the worklet's blocks from now on, and reports updates. */
  listen(port: MessagePort): void {
    this.#liveFrom = this.#ring.end;
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Block | "end">) => {
      try {
        if (data === "end") this.#endBlocks();
        else this.#process(data, port);
      } catch (thrown) {
        this.#setup.failed(thrown);
      }
    };
  }

  /** Returns the last `seconds` of sound, at most {@link MEMORY_SECONDS}. */
  recent(seconds: number): Stretch {
    return this.#ring.since(this.#ring.end - Math.round(seconds * this.#setup.sampleRate));
  }

  /** Records the next `samples` samples, or those from the position `from` on. */
  record(id: number, samples: number, from = this.#ring.end): Promise<Stretch> {
    return new Promise((done) => {
      const { pcm, start } = this.#ring.since(from);
      const take = { id, start, pcm: silence(samples), filled: 0, done };
      this.#takes.add(take);
      this.#fill(take, pcm);
    });
  }

  /** Ends a recording early, which then returns what there is of it. */
  endRecord(id: number): void {
    for (const take of this.#takes) if (take.id === id) this.#finish(take);
  }

  /** Waits for the worklet's last block, then ends. Returns all sound from the position `from` on. */
  handOver(from: number): Promise<HandedOver> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endBlocks(), LAST_BLOCK_TIMEOUT_MS);
      this.#whenBlocksEnd = () => {
        clearTimeout(timer);
        this.#endRecords();
        resolve({ ...this.#ring.since(from), ended: this.#ended() });
      };
      if (this.#blocksEnded) this.#whenBlocksEnd();
    });
  }

  close(): void {
    this.#port?.close();
    this.#endRecords();
    this.#setup.stream.free();
  }

  #endBlocks(): void {
    this.#blocksEnded = true;
    this.#whenBlocksEnd();
  }

  #process(block: Block, port: MessagePort): void {
    const { id, stream, info, sampleRate, post } = this.#setup;
    const frames = block.length - BLOCK_TAIL;
    const [filled, rest, wholes] = block.subarray(frames) as unknown as [number, number, number];
    const pcm = block.subarray(0, filled);
    const dropped = rest + wholes * EXACT;
    const updates = stream.push(pcm).map((update) => this.#inMicrophoneTime(toUpdate(info, update)));
    this.#last = updates.at(-1) ?? this.#last;
    const columns = stream.takeColumns() as Float32Array<ArrayBuffer>;
    const level = levelOf(pcm);
    this.#ring.push(pcm);
    for (const take of this.#takes) this.#fill(take, pcm);
    port.postMessage(block, [block.buffer]);
    const frame = { time: this.#ring.end / sampleRate, level, columns, dropped };
    post({ notice: "frame", stream: id, frame, updates }, [columns.buffer]);
  }

  /** Converts an update to the microphone's time, without the events that ended before this capture began to report. */
  #inMicrophoneTime(update: StreamUpdate): StreamUpdate {
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
    // An update is about the middle of a segment, so the first one may be about a moment before reporting began.
    return { ...update, time: Math.max(update.time + shift, earliest), events };
  }

  /** Repeats the last update with all open events ended; `undefined` if none was open. */
  #ended(): StreamUpdate | undefined {
    return this.#last && withEventsEnded(this.#last, this.#ring.end / this.#setup.sampleRate);
  }

  #fill(take: Take, pcm: Float32Array): void {
    const part = pcm.subarray(0, take.pcm.length - take.filled);
    take.pcm.set(part, take.filled);
    take.filled += part.length;
    if (take.filled === take.pcm.length) this.#finish(take);
  }

  #endRecords(): void {
    for (const take of this.#takes) this.#finish(take);
  }

  #finish(take: Take): void {
    this.#takes.delete(take);
    // A view, because its buffer is moved to the page as a whole.
    take.done({ start: take.start, pcm: take.pcm.subarray(0, take.filled) });
  }
}

/** RMS and peak in dBFS; both are 0 for a full-scale square wave. */
function levelOf(pcm: Float32Array): Level {
  let peak = 0;
  let squares = 0;
  for (const sample of pcm) {
    peak = Math.max(peak, Math.abs(sample));
    squares += sample * sample;
  }
  return { rms: 10 * Math.log10(squares / pcm.length), peak: 20 * Math.log10(peak) };
}
