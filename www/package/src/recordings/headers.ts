// Reads from a file's header what the browser's decoders do not report: the sample
// rate, and where the sound begins and ends.

/** Where the sound begins and ends among the decoded samples. */
export interface Trim {
  /** Samples to leave out at the start: the encoder's delay. */
  start: number;
  /** Position after the last sample; `Infinity` if the header does not state it. */
  end: number;
}

const UNTRIMMED: Trim = { start: 0, end: Infinity };

/** Samples that an MP3 decoder adds at the start. */
const MP3_DECODER_DELAY = 529;
/** More than the longest possible first frame. */
const MP3_FRAME_BYTES = 2048;

/** Where the sound of an MP3 begins and ends, from the tag that LAME and libav write into the first frame. */
export async function mp3Trim(file: Blob, sampleRate: number): Promise<Trim> {
  const head = new DataView(await file.slice(0, 10).arrayBuffer());
  const start = text(head, 0, 3) === "ID3" ? 10 + syncsafe(head, 6) : 0;
  const view = new DataView(await file.slice(start, start + MP3_FRAME_BYTES).arrayBuffer());
  const tag = find(view, ["Xing", "Info"]);
  if (tag === undefined) return UNTRIMMED;
  const flags = u32(view, tag + 4);
  const [hasFrames, hasBytes, hasIndex, hasQuality] = [1, 2, 4, 8].map((flag) => (flags & flag) !== 0);
  const frames = hasFrames ? u32(view, tag + 8) : undefined;
  const encoder = tag + 8 + (hasFrames ? 4 : 0) + (hasBytes ? 4 : 0) + (hasIndex ? 100 : 0) + (hasQuality ? 4 : 0);
  if (!["LAME", "Lavf", "Lavc"].includes(text(view, encoder, 4))) return UNTRIMMED;
  const trim = u32(view, encoder + 20) & 0xffffff;
  const delay = (trim >>> 12) + MP3_DECODER_DELAY;
  const padding = Math.max(0, (trim & 0xfff) - MP3_DECODER_DELAY);
  const frameSamples = sampleRate >= 32000 ? 1152 : 576;
  return { start: delay, end: frames === undefined ? Infinity : Math.max(delay, frames * frameSamples - padding) };
}

/** Used if the header does not state the rate. */
const COMMON_HZ = 48000;

/**
 * The file's own sample rate in Hz, or {@link COMMON_HZ} for a format whose header is not read here. The browser's decoder
 * resamples to the rate that it is given. With the file's own rate it leaves the samples unchanged, and only this
 * project's resampler is used.
 */
export function sampleRateOf(file: ArrayBuffer): number {
  const view = new DataView(file);
  const found = wav(view) ?? flac(view) ?? vorbis(view);
  return found !== undefined && found >= 8000 && found <= 96000 ? found : COMMON_HZ;
}

function wav(view: DataView): number | undefined {
  if (text(view, 0, 4) !== "RIFF" || text(view, 8, 4) !== "WAVE") return undefined;
  for (let at = 12; at + 16 <= view.byteLength; ) {
    if (text(view, at, 4) === "fmt ") return view.getUint32(at + 12, true);
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** STREAMINFO is always the first block; the rate is the 20 bits from its tenth byte on. */
function flac(view: DataView): number | undefined {
  if (text(view, 0, 4) !== "fLaC" || view.byteLength < 22) return undefined;
  return view.getUint32(18) >>> 12;
}

/** The identification header is the first packet of the first page. */
function vorbis(view: DataView): number | undefined {
  if (text(view, 0, 4) !== "OggS" || view.byteLength < 28) return undefined;
  const packet = 27 + view.getUint8(26);
  if (text(view, packet, 7) !== "\u0001vorbis" || view.byteLength < packet + 16) return undefined;
  return view.getUint32(packet + 12, true);
}

/** The first position of any of the words. */
function find(view: DataView, words: string[]): number | undefined {
  for (let at = 0; at + 4 <= view.byteLength; at += 1) if (words.includes(text(view, at, 4))) return at;
  return undefined;
}

/** Reads an integer that has seven bits in each byte. */
function syncsafe(view: DataView, at: number): number {
  let value = 0;
  for (let i = 0; i < 4 && at + i < view.byteLength; i += 1) value = (value << 7) | (view.getUint8(at + i) & 0x7f);
  return value;
}

function u32(view: DataView, at: number): number {
  return at + 4 <= view.byteLength ? view.getUint32(at) : 0;
}

function text(view: DataView, at: number, length: number): string {
  if (at + length > view.byteLength) return "";
  return String.fromCharCode(...new Uint8Array(view.buffer, at, length));
}
