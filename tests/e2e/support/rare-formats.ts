// Recordings in formats that browsers do not decode, each made of samples from −1 to 1.

import { chunk } from "./wave-file";

const clamped = (sample: number) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767);

function pcm16(channels: readonly Float32Array[], write: (bytes: Buffer, value: number, at: number) => void): Buffer {
  const bytes = Buffer.alloc(2 * channels.length * channels[0]!.length);
  channels.forEach((channel, c) => channel.forEach((sample, i) => write(bytes, clamped(sample), 2 * (i * channels.length + c))));
  return bytes;
}
const bigEndian = (bytes: Buffer, value: number, at: number) => void bytes.writeInt16BE(value, at);
const littleEndian = (bytes: Buffer, value: number, at: number) => void bytes.writeInt16LE(value, at);

/** Apple's Core Audio Format, with 16-bit samples. `frames` is the length that the header states instead of the true one. */
export function caf(sampleRate: number, channels: readonly Float32Array[], frames = channels[0]!.length): Buffer {
  const description = Buffer.alloc(32);
  description.writeDoubleBE(sampleRate, 0);
  description.write("lpcm", 8);
  description.writeUInt32BE(2 * channels.length, 16);
  description.writeUInt32BE(1, 20);
  description.writeUInt32BE(channels.length, 24);
  description.writeUInt32BE(16, 28);
  const size = (bytes: number) => {
    const header = Buffer.alloc(8);
    header.writeBigInt64BE(BigInt(bytes));
    return header;
  };
  return Buffer.concat([
    Buffer.from([...Buffer.from("caff"), 0, 1, 0, 0]),
    Buffer.from("desc"),
    size(description.length),
    description,
    Buffer.from("data"),
    size(4 + 2 * channels.length * frames),
    Buffer.alloc(4),
    pcm16(channels, bigEndian),
  ]);
}

/** Sun's AU, with 16-bit samples. */
export function au(sampleRate: number, channels: readonly Float32Array[]): Buffer {
  const samples = pcm16(channels, bigEndian);
  const header = Buffer.alloc(24);
  header.write(".snd", 0);
  [24, samples.length, 3, sampleRate, channels.length].forEach((value, i) => header.writeUInt32BE(value, 4 + 4 * i));
  return Buffer.concat([header, samples]);
}

/** Sony's Wave64, with 16-bit samples. */
export function w64(sampleRate: number, channels: readonly Float32Array[]): Buffer {
  const samples = pcm16(channels, littleEndian);
  const piece = (name: string, tail: string, body: Buffer, size = 24 + body.length) => {
    const header = Buffer.alloc(24);
    header.write(name, 0);
    Buffer.from(tail, "hex").copy(header, 4);
    header.writeBigUInt64LE(BigInt(size), 16);
    return Buffer.concat([header, body]);
  };
  const tail = "f3acd3118cd100c04f8edb8a";
  const format = Buffer.alloc(16);
  [1, channels.length].forEach((value, i) => format.writeUInt16LE(value, 2 * i));
  [sampleRate, 2 * channels.length * sampleRate].forEach((value, i) => format.writeUInt32LE(value, 4 + 4 * i));
  [2 * channels.length, 16].forEach((value, i) => format.writeUInt16LE(value, 12 + 2 * i));
  const rest = Buffer.concat([piece("fmt ", tail, format), piece("data", tail, samples)]);
  const wave = Buffer.concat([Buffer.from("wave"), Buffer.from(tail, "hex")]);
  return piece("riff", "2e91cf11a5d628db04c10000", Buffer.concat([wave, rest]), 40 + rest.length);
}

const IMA_BLOCK = 1024;
const IMA_INDEX = [-1, -1, -1, -1, 2, 4, 6, 8];

/** A mono WAV with IMA ADPCM, four bits a sample, as voice recorders write it. */
export function adpcmWav(sampleRate: number, samples: Float32Array): Buffer {
  const perBlock = (IMA_BLOCK - 4) * 2 + 1;
  const blocks: Buffer[] = [];
  let step = 0;
  for (let start = 0; start < samples.length; start += perBlock) {
    const block = Buffer.alloc(IMA_BLOCK);
    let value = clamped(samples[start]!);
    block.writeInt16LE(value, 0);
    block[2] = step;
    for (let i = 1; i < perBlock; i += 1) {
      const difference = clamped(samples[start + i] ?? 0) - value;
      const size = STEPS[step]!;
      const code = Math.min(7, Math.floor((Math.abs(difference) * 4) / size));
      const change = (size >> 3) + (code & 4 ? size : 0) + (code & 2 ? size >> 1 : 0) + (code & 1 ? size >> 2 : 0);
      value = Math.max(-32768, Math.min(32767, value + (difference < 0 ? -change : change)));
      step = Math.max(0, Math.min(STEPS.length - 1, step + IMA_INDEX[code]!));
      const nibble = code | (difference < 0 ? 8 : 0);
      block[4 + ((i - 1) >> 1)]! |= i % 2 === 1 ? nibble : nibble << 4;
    }
    blocks.push(block);
  }
  const format = Buffer.alloc(20);
  [0x11, 1].forEach((value, i) => format.writeUInt16LE(value, 2 * i));
  [sampleRate, Math.round((sampleRate * IMA_BLOCK) / perBlock)].forEach((value, i) => format.writeUInt32LE(value, 4 + 4 * i));
  [IMA_BLOCK, 4, 2, perBlock].forEach((value, i) => format.writeUInt16LE(value, 12 + 2 * i));
  const fact = Buffer.alloc(4);
  fact.writeUInt32LE(samples.length);
  const body = Buffer.concat([Buffer.from("WAVE"), chunk("fmt ", format), chunk("fact", fact), chunk("data", Buffer.concat(blocks))]);
  return chunk("RIFF", body);
}

/** IMA's table: each step is 1.1 times the one before, rounded as the standard lists them. */
const STEPS = [
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143,
  157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552,
  1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487,
  12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];
