import type { Recording } from "sourcing-sound";

const HEADER_BYTES = 44;

/** A WAV file with 16 bits per sample; samples beyond full scale are clipped. */
export function toWav({ pcm, sampleRate }: Recording): Blob {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + pcm.length * 2));
  const tag = (at: number, name: string) => [...name].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  tag(0, "RIFF");
  view.setUint32(4, view.byteLength - 8, true);
  tag(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true); // bytes per frame
  view.setUint16(34, 16, true); // bits per sample
  tag(36, "data");
  view.setUint32(40, pcm.length * 2, true);
  pcm.forEach((sample, i) => {
    const clipped = Math.max(-1, Math.min(1, sample));
    view.setInt16(HEADER_BYTES + i * 2, Math.round(clipped * 32767), true);
  });
  return new Blob([view], { type: "audio/wav" });
}
