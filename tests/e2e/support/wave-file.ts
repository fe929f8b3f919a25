// WAV files with several channels, and files whose headers are wrong in the ways of recorders and pipes.

/** `gain` times noise from −1 to 1, of which every program has the same. */
export function noise(seed: number, length: number, gain: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround((state >>> 8) / 2 ** 23 - 1) * gain;
  });
}

export interface WaveOptions {
  /** What the header states instead of the true values. */
  riffSize?: number;
  dataSize?: number;
  /** Whole chunks before and after the samples, as they are. */
  before?: Buffer;
  after?: Buffer;
}

/** A file with 32-bit floats, one array for each channel. */
export function waveFile(sampleRate: number, channels: readonly Float32Array[], options: WaveOptions = {}): Buffer {
  const frames = channels[0]!.length;
  const block = 4 * channels.length;
  const samples = Buffer.alloc(frames * block);
  channels.forEach((channel, c) => channel.forEach((sample, i) => samples.writeFloatLE(sample, i * block + 4 * c)));
  const format = Buffer.alloc(24);
  format.write("fmt ", 0);
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(3, 8);
  format.writeUInt16LE(channels.length, 10);
  format.writeUInt32LE(sampleRate, 12);
  format.writeUInt32LE(sampleRate * block, 16);
  format.writeUInt16LE(block, 20);
  format.writeUInt16LE(32, 22);
  const { before = Buffer.alloc(0), after = Buffer.alloc(0) } = options;
  const size = 4 + format.length + before.length + 8 + samples.length + after.length;
  return Buffer.concat([
    header("RIFF", options.riffSize ?? size),
    Buffer.from("WAVE"),
    format,
    before,
    header("data", options.dataSize ?? samples.length),
    samples,
    after,
  ]);
}

/** A chunk; `padded` says whether the byte that fills up an odd one is written, as it should be. */
export function chunk(name: string, body: Buffer, padded = true): Buffer {
  const padding = Buffer.alloc(padded ? body.length % 2 : 0);
  return Buffer.concat([header(name, body.length), body, padding]);
}

function header(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(name, 0);
  bytes.writeUInt32LE(size, 4);
  return bytes;
}
