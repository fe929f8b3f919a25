// What an MP3 encoder put before and after the sound, by the tag that LAME and
// others write into the first frame. Without it such a file begins some 25 ms
// late; the command line reads the same tag.
//
// The tag: http://gabriel.mp3-tech.org/mp3infotag.html

export interface Delay {
  /** Samples before the sound, the decoder's own included, and after it. */
  before: number;
  after: number;
}

const NONE: Delay = { before: 0, after: 0 };

/** What every decoder adds. */
const DECODER_SAMPLES = 529;
/** The first frame begins within so many bytes behind the tags. */
const SEARCHED_BYTES = 4096;
/** From the encoder's name to its delay and padding, 12 bits each. */
const DELAY_AT = 21;

export async function encoderDelay(file: Blob): Promise<Delay> {
  const start = await tagsEnd(file);
  const view = new DataView(await file.slice(start, start + SEARCHED_BYTES).arrayBuffer());
  for (let at = 0; at + 160 < view.byteLength; at += 1) {
    const name = view.getUint32(at);
    // "Xing" or "Info"
    if (name !== 0x58696e67 && name !== 0x496e666f) continue;
    const flags = view.getUint32(at + 4);
    // Number of frames, of bytes, a table of contents and the quality are each there or not.
    const encoder = at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
    if (encoder + DELAY_AT + 3 > view.byteLength || view.getUint8(encoder) === 0) return NONE;
    const both = view.getUint32(encoder + DELAY_AT) >>> 8;
    return { before: (both >>> 12) + DECODER_SAMPLES, after: Math.max(0, (both & 0xfff) - DECODER_SAMPLES) };
  }
  return NONE;
}

/** Where an ID3v2 tag, which may hold a picture of megabytes, is over. */
async function tagsEnd(file: Blob): Promise<number> {
  const head = new Uint8Array(await file.slice(0, 10).arrayBuffer());
  const [i, d, three, , , , a = 0, b = 0, c = 0, e = 0] = head;
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0;
  return 10 + ((a << 21) | (b << 14) | (c << 7) | e);
}
