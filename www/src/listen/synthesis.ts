// Makes the samples: loops that repeat without a click. A separate script, which loads with the first sample that is played.

import type { SampleId } from "./samples.js";

interface Loop {
  seconds: number;
  /** `count` samples of the loop, at any amplitude. */
  wave(count: number, sampleRate: number): Float32Array<ArrayBuffer>;
}

const LOOPS: Record<SampleId, Loop> = {
  siren: { seconds: 5, wave: siren },
  bird: { seconds: 6, wave: bird },
  guitar: { seconds: 4.8, wave: guitar },
};

/** Peak of a rendered loop; full scale is 1. */
const PEAK = 0.5;

const TURN = 2 * Math.PI;

/** One loop at this sample rate. */
export function render(id: SampleId, sampleRate: number): Float32Array<ArrayBuffer> {
  const { seconds, wave } = LOOPS[id];
  const samples = wave(Math.round(seconds * sampleRate), sampleRate);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.map((sample) => (sample / peak) * PEAK);
}

/** A police siren in a street: it glides from 600 to 1,350 Hz and back once per loop. */
function siren(count: number, sampleRate: number): Float32Array<ArrayBuffer> {
  const overtones = [1, 0.6, 0.45, 0.25, 0.15, 0.08];
  const hertz = Float64Array.from({ length: count }, (_, i) => 600 * 2.25 ** (0.5 - 0.5 * Math.cos((TURN * i) / count)));
  const cycles = hertz.reduce((sum, each) => sum + each, 0) / sampleRate;
  // A whole number of cycles, so that the loop has no jump.
  const step = Math.round(cycles) / cycles / sampleRate;
  let phase = 0;
  const horn = new Float32Array(count).map((_, i) => {
    phase += hertz[i]! * step;
    return overtones.reduce((sum, part, n) => sum + part * Math.sin(TURN * phase * (n + 1)), 0);
  });
  return overNoise(withEchoes(horn, sampleRate, 0.5, 0.4), 2, 0.1);
}

/** A songbird: phrases of three falling chirps and five rising ones, then a short rest. */
function bird(count: number, sampleRate: number): Float32Array<ArrayBuffer> {
  const song = new Float32Array(count);
  const PHRASE = 1.2;
  for (let phrase = 0; phrase * PHRASE * sampleRate < count; phrase += 1) {
    for (let chirp = 0; chirp < 8; chirp += 1) {
      const falls = chirp < 3;
      const seconds = falls ? 0.08 : 0.05;
      const glide = (at: number) => (falls ? 5500 - 2500 * at : 3000 + 2500 * at * at);
      let phase = 0;
      addAt(song, (phrase * PHRASE + chirp * 0.1) * sampleRate, seconds * sampleRate, (i) => {
        const at = i / (seconds * sampleRate);
        phase += (glide(at) + 300 * Math.sin((TURN * 60 * i) / sampleRate)) / sampleRate;
        return Math.sin(Math.PI * at) ** 1.2 * (Math.sin(TURN * phase) + 0.05 * Math.sin(2 * TURN * phase));
      });
    }
  }
  return overNoise(withEchoes(song, sampleRate, 0.2, 0.3), 0.05, 0.3);
}

/** A guitar: eight plucked notes of each of two chords, by the Karplus-Strong algorithm. */
function guitar(count: number, sampleRate: number): Float32Array<ArrayBuffer> {
  const tune = new Float32Array(count);
  const random = noiseFrom(7);
  const notes = [110, 164.81, 220, 277.18, 329.63, 277.18, 220, 164.81, 98, 146.83, 196, 246.94, 293.66, 246.94, 196, 146.83];
  notes.forEach((hertz, n) => {
    const string = Float32Array.from({ length: Math.round(sampleRate / hertz) }, random);
    addAt(tune, (n / notes.length) * count, 1.6 * sampleRate, (i) => {
      const at = i % string.length;
      const now = string[at]!;
      string[at] = 0.498 * (now + string[(at + 1) % string.length]!);
      // It fades at the end, so that no note ends with a click.
      return now * Math.min(1, (1.6 - i / sampleRate) / 0.3);
    });
  });
  return tune;
}

/** Adds `length` samples of `sound`, starting at sample `begin` and wrapping around at the end of the loop. */
function addAt(loop: Float32Array, begin: number, length: number, sound: (i: number) => number): void {
  const from = Math.round(begin);
  for (let i = 0; i < length; i += 1) {
    const place = (from + i) % loop.length;
    loop[place] = loop[place]! + sound(i);
  }
}

/** Adds echoes over `seconds`, the first at `strength`, later ones fainter. */
function withEchoes(dry: Float32Array<ArrayBuffer>, sampleRate: number, seconds: number, strength: number) {
  const wet = dry.slice();
  for (let echo = 0; echo < 24; echo += 1) {
    // Spaced by the golden ratio, so that they have no rhythm.
    const delay = 0.011 + seconds * ((echo * 0.618) % 1);
    const part = strength * Math.exp((-3 * delay) / seconds);
    addAt(wet, delay * sampleRate, dry.length, (i) => part * dry[i]!);
  }
  return wet;
}

/** Adds background noise; `treble`, 0 to 1, is how bright it is. */
function overNoise(samples: Float32Array<ArrayBuffer>, level: number, treble: number) {
  const random = noiseFrom(1);
  let noise = 0;
  return samples.map((sample) => {
    noise += (random() - noise) * treble;
    return sample + level * noise;
  });
}

/** White noise, -1 to 1, the same for the same seed. */
function noiseFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
