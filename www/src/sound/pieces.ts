// A recording decoded piece by piece, so that hours of it fit into memory; at
// once where the browser can do no better. The samples keep the file's own
// rate: the one resampler of this project does the rest.

import type { InputAudioTrack } from "mediabunny";
import { PageError } from "../page-error.js";
import { decode } from "./decode.js";
import { type Delay, encoderDelay } from "./encoder-delay.js";

/** Enough to keep the worker busy, little enough to be told of often. */
const PIECE_SECONDS = 5;

export interface Source {
  /** Hz, the file's own. */
  readonly sampleRate: number;
  /** Seconds, as the file says. */
  readonly seconds: number;
  /** Mono pieces, the mean of the channels, from so many seconds on. */
  pieces(from?: number): AsyncIterable<Float32Array<ArrayBuffer>>;
  close(): void;
}

/** Throws `undecodable`, or `too-long` for what cannot be decoded in pieces and is too long for one. */
export async function openRecording(file: File): Promise<Source> {
  const inPieces = await openInPieces(file).catch(() => undefined);
  return inPieces ?? openWhole(file);
}

/** `undefined` where the container or the codec is not known. */
async function openInPieces(file: File): Promise<Source | undefined> {
  const { ALL_FORMATS, AudioSampleSink, BlobSource, Input } = await import("mediabunny");
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (!track || !(await track.canDecode())) return undefined;
    const sink = new AudioSampleSink(track);
    // The decoder's rate may be another than the container's.
    const first = await sink.getSample(await track.getFirstTimestamp());
    if (!first) return undefined;
    const { sampleRate } = first;
    first.close();
    const { seconds, trim, primed } = await shapeOf(file, track, sampleRate);
    const source: Source = {
      sampleRate,
      seconds,
      async *pieces(from = 0) {
        const joined = new Joined(Math.round(PIECE_SECONDS * sampleRate), trim.after);
        const begin = from + trim.before / sampleRate;
        for await (const sample of sink.samples(begin === 0 ? undefined : begin)) {
          try {
            if (sample.sampleRate !== sampleRate) throw new PageError("undecodable");
            // Before the beginning is what the encoder needed to get going, not sound.
            const early = primed && from === 0 ? 0 : Math.round(Math.max(0, begin - sample.timestamp) * sampleRate);
            joined.add(mixDown(sample).subarray(early));
          } finally {
            sample.close();
          }
          yield* joined.full();
        }
        yield* joined.rest();
      },
      close: () => input.dispose(),
    };
    return source;
  } catch (thrown) {
    input.dispose();
    throw thrown;
  }
}

interface Shape {
  seconds: number;
  trim: Delay;
  /** What the encoder needed to get going counts as sound. */
  primed: boolean;
}

/** How much of what is decoded is sound: as much as the command line takes. */
async function shapeOf(file: File, track: InputAudioTrack, sampleRate: number): Promise<Shape> {
  const codec = await track.getCodec();
  const trim = codec === "mp3" ? await encoderDelay(file) : { before: 0, after: 0 };
  const seconds = (await track.computeDuration()) - (trim.before + trim.after) / sampleRate;
  return { seconds, trim, primed: codec === "aac" };
}

async function openWhole(file: File): Promise<Source> {
  const { pcm, sampleRate } = await decode(file);
  const size = PIECE_SECONDS * sampleRate;
  return {
    sampleRate,
    seconds: pcm.length / sampleRate,
    async *pieces(from = 0) {
      for (let at = Math.round(from * sampleRate); at < pcm.length; at += size) yield pcm.slice(at, at + size);
    },
    close: () => undefined,
  };
}

interface Planes {
  readonly numberOfFrames: number;
  readonly numberOfChannels: number;
  copyTo(destination: Float32Array<ArrayBuffer>, options: { planeIndex: number; format: "f32-planar" }): void;
}

function mixDown(sample: Planes): Float32Array<ArrayBuffer> {
  const { numberOfFrames, numberOfChannels } = sample;
  const mono = new Float32Array(numberOfFrames);
  const plane = new Float32Array(numberOfFrames);
  for (let planeIndex = 0; planeIndex < numberOfChannels; planeIndex += 1) {
    sample.copyTo(plane, { planeIndex, format: "f32-planar" });
    for (let i = 0; i < numberOfFrames; i += 1) mono[i]! += plane[i]! / numberOfChannels;
  }
  return mono;
}

/** Decoders give a few hundredths of a second at a time; these are put together, without the last `after` samples. */
class Joined {
  readonly #size: number;
  readonly #after: number;
  #parts: Float32Array[] = [];
  #length = 0;

  constructor(size: number, after: number) {
    this.#size = size;
    this.#after = after;
  }

  add(part: Float32Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  *full(): Iterable<Float32Array<ArrayBuffer>> {
    if (this.#length >= this.#size + this.#after) yield* this.rest();
  }

  /** What is there but for what may be the end. */
  *rest(): Iterable<Float32Array<ArrayBuffer>> {
    if (this.#length <= this.#after) return;
    const whole = new Float32Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    const end = whole.length - this.#after;
    this.#parts = [whole.slice(end)];
    this.#length = this.#after;
    yield whole.slice(0, end);
  }
}
