// Small recordings whose headers are wrong in the ways of recorders, pipes and lost power, and what has to be read of them:
// by the page, by the package in Node, and by the command line alike.

import { chunk, noise, waveFile } from "./wave-file";

export interface OddFile {
  name: string;
  bytes: Buffer;
  /** Samples in the file. */
  frames: number;
  /** Samples that the header promises, if there are fewer. */
  promised?: number;
}

export const ODD_RATE = 8000;
const FRAMES = 3 * ODD_RATE;
const sound = [noise(7, FRAMES, 0.3)];
const BYTES = 4 * FRAMES;
/** Bytes before the first sample. */
const HEADER = 44;

const whole = waveFile(ODD_RATE, sound);
const list = Buffer.concat([Buffer.from("INFOICMT"), Buffer.from([5, 0, 0, 0]), Buffer.from("hello")]);

function ds64(dataBytes: number): Buffer {
  const body = Buffer.alloc(28);
  body.writeBigUInt64LE(BigInt(dataBytes + HEADER), 0);
  body.writeBigUInt64LE(BigInt(dataBytes), 8);
  return chunk("ds64", body);
}

function rf64(): Buffer {
  const bytes = waveFile(ODD_RATE, sound, { riffSize: 0xffffffff, dataSize: 0xffffffff, before: ds64(BYTES) });
  bytes.write("RF64", 0);
  return bytes;
}

/** The size of a block that the header states, which is 4 bytes. */
function block(bytes: number): Buffer {
  const file = Buffer.from(whole);
  file.writeUInt16LE(bytes, 32);
  return file;
}

const all = { frames: FRAMES };
export const ODD_FILES: readonly OddFile[] = [
  { name: "right.wav", bytes: whole, ...all },
  { name: "sizes-of-0.wav", bytes: waveFile(ODD_RATE, sound, { riffSize: 36, dataSize: 0 }), ...all },
  ...[0xffffffff, 0xfffffffe, 0x7ffff000, 0x80000000].map((size) => ({
    name: `placeholder-${size.toString(16)}.wav`,
    bytes: waveFile(ODD_RATE, sound, { riffSize: size, dataSize: size }),
    ...all,
  })),
  ...[8, 16].map((less) => ({
    name: `riff-too-small-by-${less}.wav`,
    bytes: waveFile(ODD_RATE, sound, { riffSize: 36 + BYTES - less }),
    ...all,
  })),
  { name: "riff-of-0.wav", bytes: waveFile(ODD_RATE, sound, { riffSize: 0 }), ...all },
  { name: "data-too-small.wav", bytes: waveFile(ODD_RATE, sound, { dataSize: BYTES - 4096 }), ...all },
  { name: "data-too-large.wav", bytes: waveFile(ODD_RATE, sound, { dataSize: BYTES + 32 }), frames: FRAMES, promised: FRAMES + 8 },
  { name: "lacks-8-samples.wav", bytes: whole.subarray(0, HEADER + BYTES - 32), frames: FRAMES - 8, promised: FRAMES },
  {
    name: "lacks-a-second.wav",
    bytes: whole.subarray(0, HEADER + BYTES - 4 * ODD_RATE),
    frames: FRAMES - ODD_RATE,
    promised: FRAMES,
  },
  { name: "cut-in-a-frame.wav", bytes: whole.subarray(0, HEADER + BYTES - 4002), frames: FRAMES - 1001, promised: FRAMES },
  { name: "odd-list.wav", bytes: waveFile(ODD_RATE, sound, { before: chunk("LIST", list) }), ...all },
  { name: "odd-list-unpadded.wav", bytes: waveFile(ODD_RATE, sound, { before: chunk("LIST", list, false) }), ...all },
  { name: "list-after.wav", bytes: waveFile(ODD_RATE, sound, { after: chunk("LIST", list) }), ...all },
  { name: "block-too-small.wav", bytes: block(2), ...all },
  { name: "block-too-large.wav", bytes: block(8), ...all },
  { name: "rf64.wav", bytes: rf64(), ...all },
];
