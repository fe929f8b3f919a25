// The form of every decoded recording: one channel, in pieces.

import { SoundError } from "../shared/errors.js";
import { type Channel, Downmix, MAX_CHANNELS, positionOf } from "../shared/downmix.js";
import { channelWarning, type SoundWarning } from "../shared/warnings.js";

/** Number of samples in a piece: 1.4 s at 48 kHz. */
export const PIECE_SAMPLES = 65536;

/** How a recording is read, and what receives its warnings. */
export interface Reading {
  channel?: Channel | undefined;
  warn(warning: SoundWarning): void;
}

/** Channels → one, collected into pieces. */
export class Mixer {
  readonly #reading: Reading;
  readonly #sampleRate: number;
  /** Complete pieces; the reader takes them out. */
  readonly ready: Float32Array<ArrayBuffer>[] = [];
  #piece = new Float32Array(PIECE_SAMPLES);
  #filled = 0;
  #count = 0;
  #mix: Downmix | undefined;
  #warned = false;
  /** Where the present mix began, in frames. */
  #start = 0;
  #frames = 0;

  constructor(reading: Reading, sampleRate: number) {
    this.#reading = reading;
    this.#sampleRate = sampleRate;
  }

  /** Takes the frames from `from` to `to` of the channels. Throws `audio-channels` if the one asked for is missing. */
  push(planes: readonly Float32Array[], from: number, to: number): void {
    const position = positionOf(this.#reading.channel);
    if (position !== undefined) {
      const plane = planes[position];
      if (!plane) throw missingChannel(position, planes.length);
      this.#append(plane.subarray(from, to));
      return;
    }
    if (this.#mix === undefined || this.#count !== planes.length) this.#begin(planes.length);
    this.#mix!.push(planes, from, to);
    this.#frames += to - from;
    this.#watch();
  }

  /** Completes the last piece. */
  finish(): void {
    this.#mix?.finish();
    this.#watch();
    if (this.#filled > 0) this.ready.push(this.#piece.slice(0, this.#filled));
    this.#filled = 0;
  }

  #begin(channels: number): void {
    checkMixes(channels);
    this.#mix?.finish();
    this.#count = channels;
    this.#start = this.#frames;
    this.#mix = new Downmix(channels, (mono, frames) => this.#append(mono.subarray(0, frames)));
  }

  #watch(): void {
    const taken = this.#mix?.taken;
    if (!taken || this.#warned) return;
    this.#warned = true;
    this.#reading.warn(channelWarning(taken, (this.#start + taken.frame) / this.#sampleRate));
  }

  #append(mono: Float32Array): void {
    for (let at = 0; at < mono.length; ) {
      const part = mono.subarray(at, at + PIECE_SAMPLES - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < PIECE_SAMPLES) continue;
      this.ready.push(this.#piece);
      this.#piece = new Float32Array(PIECE_SAMPLES);
      this.#filled = 0;
    }
  }
}

/** Throws `audio-channels` if a recording with that many channels lacks the one asked for, `limit` if they are too many to mix. */
export function checkChannels(channel: Channel | undefined, channels: number): void {
  const position = positionOf(channel);
  if (position === undefined) checkMixes(channels);
  else if (position >= channels) throw missingChannel(position, channels);
}

function checkMixes(channels: number): void {
  if (channels > MAX_CHANNELS) throw new SoundError("limit", `${channels} channels, expected at most ${MAX_CHANNELS}`);
}

/** One channel of the whole buffer. */
export function mixBuffer(buffer: AudioBuffer, reading: Reading): Float32Array<ArrayBuffer> {
  checkChannels(reading.channel, buffer.numberOfChannels);
  const planes = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  const mixer = new Mixer(reading, buffer.sampleRate);
  mixer.push(planes, 0, buffer.length);
  mixer.finish();
  const mono = new Float32Array(buffer.length);
  mixer.ready.forEach((piece, i) => mono.set(piece, i * PIECE_SAMPLES));
  return mono;
}

function missingChannel(position: number, channels: number): SoundError {
  return new SoundError("audio-channels", `there is no channel ${position + 1}: the sound has ${channels}`);
}
