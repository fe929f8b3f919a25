// Several channels → one that neither cancels nor weakens what is in them. The same rules as in src/downmix.rs, which explains
// them: channels without sound are ignored, and where the mean is still much weaker than the loudest channel, that channel is
// used instead. It imports nothing: it also runs on the audio thread.

/** The unit in which the mix is decided, in frames (one sample per channel). */
export const MIX_FRAMES = 1024;

/** The weight of the past after a block; it halves every 20 blocks. */
const DECAY = 0.5 ** (1 / 20);
/** A channel with less than this share of the loudest one's energy counts as silent: −40 dB. */
const SILENT = 1e-4;
/** The share of the loudest channel's energy below which the mean is not used, and above which it is used again. */
const WEAK = 0.473;
const STRONG = 0.631;
/** How much louder than the channel in use another one must be to replace it: 3 dB. */
const LOUDER = 2;
/** A block in which a channel has more energy does not count: a sample of it is beyond ±1e15, and refused later. */
const MAX_ENERGY = 1e30;
/** The most channels that are mixed. */
export const MAX_CHANNELS = 64;
/** Represents the mean where a channel's position is expected. */
const MEAN = -1;

/** Which channel to use: a mix of all of them, or one, counted from 1. */
export type Channel = "mix" | "left" | "right" | number;

/** The mean was too weak, and a channel was used instead. */
export interface Taken {
  /** Counted from 1. */
  channel: number;
  /** How much weaker the mean was, in dB; `Infinity` if nothing was left of it. */
  lossDb: number;
  /** Where that was, in frames from the start. */
  frame: number;
}

/** The position of the channel that is asked for, or `undefined` for the mix. */
export function positionOf(channel: Channel | undefined): number | undefined {
  if (channel === undefined || channel === "mix") return undefined;
  return channel === "left" ? 0 : channel === "right" ? 1 : channel - 1;
}

/**
 * Mixes sound to one channel, block by block, so that the size of the pushes cannot change the result. One channel passes
 * through at once; of more, up to 1,023 frames wait for the rest of their block. Nothing is allocated after the
 * construction.
 */
export class Downmix {
  /** The first time that a channel was used instead of the mean. */
  taken: Taken | undefined;
  readonly #channels: number;
  readonly #emit: (mono: Float32Array, frames: number) => void;
  readonly #pending: Float32Array[] = [];
  #filled = 0;
  readonly #mono = new Float32Array(MIX_FRAMES);
  readonly #block: Float64Array;
  /** The decayed energy of each channel, and of the mean of those with sound. */
  readonly #energies: Float64Array;
  #meanEnergy = 0;
  /** Which channels are in the mean, and which were before the current block. */
  #active: Uint8Array;
  #before: Uint8Array;
  #used = MEAN;
  #frames = 0;

  /** For 1 to {@link MAX_CHANNELS} channels. `emit` must not keep what it is given. */
  constructor(channels: number, emit: (mono: Float32Array, frames: number) => void) {
    this.#channels = channels;
    this.#emit = emit;
    if (channels > 1) for (let i = 0; i < channels; i += 1) this.#pending.push(new Float32Array(MIX_FRAMES));
    this.#block = new Float64Array(channels);
    this.#energies = new Float64Array(channels);
    this.#active = new Uint8Array(channels).fill(1);
    this.#before = new Uint8Array(channels);
  }

  /** Takes the frames from `from` to `to` of the channels, and emits what is complete. */
  push(planes: readonly Float32Array[], from: number, to: number): void {
    if (this.#channels === 1) {
      if (to > from) this.#emit(from === 0 && to === planes[0]!.length ? planes[0]! : planes[0]!.subarray(from, to), to - from);
      return;
    }
    while (from < to) {
      const count = Math.min(to - from, MIX_FRAMES - this.#filled);
      for (let channel = 0; channel < this.#channels; channel += 1) {
        const [plane, pending] = [planes[channel]!, this.#pending[channel]!];
        for (let i = 0; i < count; i += 1) pending[this.#filled + i] = plane[from + i]!;
      }
      this.#filled += count;
      from += count;
      if (this.#filled === MIX_FRAMES) this.#mix();
    }
  }

  /** Emits what is left. */
  finish(): void {
    if (this.#filled > 0) this.#mix();
  }

  #mix(): void {
    const frames = this.#filled;
    const used = this.#used;
    this.#before.set(this.#active);
    this.#decide(frames);
    const mono = this.#mono;
    const faded = this.#frames > 0 && !(used === this.#used && (used !== MEAN || this.#sameMean()));
    for (let i = 0; i < frames; i += 1) {
      const after = this.#at(i, this.#used, this.#active);
      if (faded) {
        // Fades from one mix to the other over one block, so that the change is not a click.
        const before = this.#at(i, used, this.#before);
        mono[i] = before + ((i + 1) / frames) * (after - before);
      } else {
        mono[i] = after;
      }
    }
    this.#frames += frames;
    this.#filled = 0;
    this.#emit(mono, frames);
  }

  #at(frame: number, used: number, active: Uint8Array): number {
    if (used !== MEAN) return this.#pending[used]![frame]!;
    let [sum, count] = [0, 0];
    for (let channel = 0; channel < this.#channels; channel += 1) {
      if (active[channel] === 0) continue;
      sum += this.#pending[channel]![frame]!;
      count += 1;
    }
    return sum / count;
  }

  #sameMean(): boolean {
    for (let channel = 0; channel < this.#channels; channel += 1) {
      if (this.#active[channel] !== this.#before[channel]) return false;
    }
    return true;
  }

  /** Takes the block into account, and chooses the mix for it. */
  #decide(frames: number): void {
    const energies = this.#energies;
    for (let channel = 0; channel < this.#channels; channel += 1) {
      const samples = this.#pending[channel]!;
      let energy = 0;
      for (let i = 0; i < frames; i += 1) energy += samples[i]! * samples[i]!;
      // Also if it is NaN.
      if (!(energy <= MAX_ENERGY)) return;
      this.#block[channel] = energy;
    }
    let loudest = 0;
    for (let channel = 0; channel < this.#channels; channel += 1) {
      energies[channel] = energies[channel]! * DECAY + this.#block[channel]!;
      if (energies[channel]! > energies[loudest]!) loudest = channel;
    }
    const peak = energies[loudest]!;
    for (let channel = 0; channel < this.#channels; channel += 1) {
      this.#active[channel] = energies[channel]! >= peak * SILENT ? 1 : 0;
    }
    let mean = 0;
    for (let i = 0; i < frames; i += 1) mean += this.#at(i, MEAN, this.#active) ** 2;
    this.#meanEnergy = this.#meanEnergy * DECAY + mean;
    if (this.#meanEnergy >= peak * (this.#used === MEAN ? WEAK : STRONG)) {
      this.#used = MEAN;
      return;
    }
    this.taken ??= { channel: loudest + 1, lossDb: 10 * Math.log10(peak / this.#meanEnergy), frame: this.#frames };
    if (this.#used === MEAN || peak >= energies[this.#used]! * LOUDER) this.#used = loudest;
  }
}
