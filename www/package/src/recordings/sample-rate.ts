// A sound file's own sample rate, read from its header. The browser's decoder
// resamples to a rate that it is given; given the file's own, it leaves the
// samples alone and the one resampler of this project does the work.

/** Used where the header does not say. */
export const COMMON_HZ = 48000;

/** Hz, or {@link COMMON_HZ} for a format whose header is not read here. */
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

/** STREAMINFO is always the first block; the rate is 20 bits at its tenth byte. */
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

function text(view: DataView, at: number, length: number): string {
  if (at + length > view.byteLength) return "";
  return String.fromCharCode(...new Uint8Array(view.buffer, at, length));
}
