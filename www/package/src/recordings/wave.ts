// Where the sound of a WAV file is, worked out from its bytes where the header cannot be trusted: recorders that lose power and
// programs that write to a pipe leave sizes that are wrong or only placeholders.

import { SoundError } from "../shared/errors.js";

/** A WAV file whose header is right. */
export interface Wave {
  file: Blob;
  /** The length that the original header states, in seconds; `undefined` for a placeholder. */
  promised: number | undefined;
}

/** A file that joins itself to the bytes before it, because `new Blob([…])` cannot read it. */
export interface Joinable {
  after(head: Uint8Array): Blob;
}

/** Sizes that only mean that the writer did not know them, within {@link NEAR} below these. */
const PLACEHOLDERS = [0xffffffff, 0x80000000, 2 ** 64];
const NEAR = 8192;

/** Larger files need RF64, whose sizes are in a separate chunk. */
const MAX_WAV_BYTES = 0xffffffff - 1024;

const MOST_FORMAT_BYTES = 64;

/** More than any recorder writes before the sound. A file of zeros would be chunks without a name, of no bytes each. */
const MOST_CHUNKS = 10_000;

/** How much of the file is read at a time to find the sound. */
const WINDOW_BYTES = 65536;

/** The format tags of uncompressed samples, and that of the extensible format, which has one of these further on. */
const [PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE] = [1, 3, 6, 7, 0xfffe];

/** Names that distinguish a chunk from samples where either may follow. */
const KNOWN = new Set(
  ["fmt ", "data", "fact", "LIST", "bext", "iXML", "ds64", "JUNK", "junk", "PAD ", "FLLR", "cue ", "smpl", "inst", "axml"]
    .concat(["chna", "id3 ", "ID3 ", "_PMX", "PEAK", "LGWV", "guan", "wamd", "minf", "elm1", "umid", "DISP", "acid", "strc"])
    .concat(["regn", "afsp"]),
);

/**
 * Returns the file with a correct header, or `undefined` for one that is not WAV. Throws `audio-damaged` if it has a WAV
 * header but no sound, `audio-empty` if its sound has no samples.
 */
export async function readWave(file: Blob): Promise<Wave | undefined> {
  const bytes = windowOn(file);
  const head = await bytes(0, 12);
  if (!["RIFF", "RF64", "BW64"].includes(text(head, 0)) || text(head, 8) !== "WAVE") return undefined;
  let format: DataView<ArrayBuffer> | undefined;
  let long: number | undefined;
  // What the header states about the length of the whole file does not matter.
  for (let [at, chunks] = [12, 0]; ; chunks += 1) {
    if (chunks === MOST_CHUNKS) throw new SoundError("audio-damaged", "the file has no sound among its first 10,000 chunks");
    const chunk = await bytes(at, 8);
    if (chunk.byteLength < 8) throw new SoundError("audio-damaged", "the file ends before its first sound");
    const [name, size] = [text(chunk, 0), chunk.getUint32(4, true)];
    const body = at + 8;
    if (name === "ds64") long = toLength(await bytes(body + 8, 8));
    if (name === "fmt ") format = await bytes(body, Math.min(size, MOST_FORMAT_BYTES));
    if (name === "data") {
      if (!format || format.byteLength < 16) throw new SoundError("audio-damaged", "the file does not say what its samples are");
      return data(file, bytes, body, size === 0xffffffff ? (long ?? size) : size, format);
    }
    at = body + size;
    // Some programs leave out the padding byte of an odd chunk.
    if (size % 2 === 1 && !KNOWN.has(text(await bytes(at, 4), 0))) at += 1;
  }
}

async function data(file: Blob, bytes: Bytes, start: number, size: number, given: DataView<ArrayBuffer>): Promise<Wave> {
  const format = corrected(given);
  const [channels, rate, block] = [format.getUint16(2, true), format.getUint32(4, true), format.getUint16(12, true)];
  if (channels === 0 || rate === 0 || block === 0) {
    throw new SoundError("audio-damaged", "the file says that its sound has no channels or no rate");
  }
  const placeholder = PLACEHOLDERS.some((most) => size <= most && most - size <= NEAR);
  const stated = start + size;
  const ends = !placeholder && stated < file.size && (await chunkBegins(file, bytes, stated));
  const there = Math.floor(((ends ? stated : file.size) - start) / block) * block;
  const known = !placeholder && (stated >= file.size || ends);
  if (there <= 0) throw new SoundError("audio-empty", "the file has no samples");
  const seconds = (length: number) => Math.floor(length / block) / rate;
  const wave = await joined(header(format, there), file.slice(start, start + there));
  return { file: wave, promised: known ? seconds(size) : undefined };
}

async function joined(head: Blob, sound: Blob & Partial<Joinable>): Promise<Blob> {
  return sound.after?.(new Uint8Array(await head.arrayBuffer())) ?? new Blob([head, sound]);
}

/** Whether a chunk seems to begin there, with or without the padding byte of the one before, and not samples. */
async function chunkBegins(file: Blob, bytes: Bytes, at: number): Promise<boolean> {
  const view = await bytes(at, 9);
  const isChunk = (offset: number) => {
    if (view.byteLength < offset + 8) return false;
    const name = text(view, offset);
    const fits = view.getUint32(offset + 4, true) <= file.size - at;
    return KNOWN.has(name) || (fits && /^[ -~]{4}$/.test(name));
  };
  return view.byteLength < 8 || isChunk(0) || (view.getUint8(0) === 0 && isChunk(1));
}

/** The format with the size of a sample that the decoder finds: in bits, of a block, and per second. */
function corrected(given: DataView<ArrayBuffer>): DataView<ArrayBuffer> {
  const format = new DataView(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength));
  const [form, channels, rate] = [format.getUint16(0, true), format.getUint16(2, true), format.getUint32(4, true)];
  const [perSecond, block, bits] = [format.getUint32(8, true), format.getUint16(12, true), format.getUint16(14, true)];
  const isExtensible = form === EXTENSIBLE;
  const tag = isExtensible && format.byteLength >= 26 ? format.getUint16(24, true) : form;
  const stored = bytesPerSample(tag, bits, block / channels, isExtensible || perSecond === rate * block);
  if (channels === 0 || !stored) return format;
  format.setUint32(8, rate * stored * channels, true);
  format.setUint16(12, stored * channels, true);
  format.setUint16(14, 8 * stored, true);
  return format;
}

/**
 * 20 bits may be stored in 24, and 24 in 32. But a longer block that the bytes per second contradict is wrong, and so is one that
 * the bits do not fit into. `undefined` for codecs with blocks of many samples.
 */
function bytesPerSample(tag: number, bits: number, inBlock: number, mayBeLonger: boolean): number | undefined {
  if (tag === A_LAW || tag === MU_LAW) return 1;
  if (tag !== PCM && tag !== FLOAT) return undefined;
  const least = Math.ceil(bits / 8);
  return mayBeLonger && inBlock > least && Number.isInteger(inBlock) ? inBlock : least;
}

/** A WAV file's first bytes, up to its samples. */
function header(format: DataView<ArrayBuffer>, dataBytes: number): Blob {
  const large = dataBytes > MAX_WAV_BYTES;
  const ds64 = new DataView(new ArrayBuffer(large ? 36 : 0));
  const chunk = new DataView(new ArrayBuffer(8));
  const before = 4 + ds64.byteLength + 8 + format.byteLength + 8;
  if (large) {
    putText(ds64, 0, "ds64");
    ds64.setUint32(4, 28, true);
    ds64.setBigUint64(8, BigInt(before + dataBytes), true);
    ds64.setBigUint64(16, BigInt(dataBytes), true);
  }
  const riff = new DataView(new ArrayBuffer(12));
  putText(riff, 0, large ? "RF64" : "RIFF");
  riff.setUint32(4, large ? 0xffffffff : before + dataBytes, true);
  putText(riff, 8, "WAVE");
  const fmt = new DataView(new ArrayBuffer(8));
  putText(fmt, 0, "fmt ");
  fmt.setUint32(4, format.byteLength, true);
  putText(chunk, 0, "data");
  chunk.setUint32(4, large ? 0xffffffff : dataBytes, true);
  return new Blob([riff, ds64, fmt, format, chunk]);
}

/** Returns `count` bytes from `start` on; fewer at the end of the file. */
type Bytes = (start: number, count: number) => Promise<DataView<ArrayBuffer>>;

/** Reads a stretch of the file at a time: hundreds of chunks would be as many reads. */
function windowOn(file: Blob): Bytes {
  let from = 0;
  let there = new ArrayBuffer(0);
  return async (start, count) => {
    const end = Math.min(start + count, file.size);
    if (start < from || end > from + there.byteLength) {
      from = start;
      there = await file.slice(start, start + WINDOW_BYTES).arrayBuffer();
    }
    const offset = Math.min(start - from, there.byteLength);
    return new DataView(there, offset, Math.min(count, there.byteLength - offset));
  };
}

function toLength(view: DataView): number | undefined {
  return view.byteLength < 8 ? undefined : Number(view.getBigUint64(0, true));
}

function text(view: DataView<ArrayBuffer>, at: number): string {
  if (at + 4 > view.byteLength) return "";
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 4));
}

function putText(view: DataView, at: number, word: string): void {
  for (let i = 0; i < word.length; i += 1) view.setUint8(at + i, word.charCodeAt(i));
}
