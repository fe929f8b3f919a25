// The form of every decoded recording: one channel, in pieces.

/** Number of samples in a piece: 1.4 s at 48 kHz. */
export const PIECE_SAMPLES = 65536;

/** Returns the mean of the channels. */
export function mixDown(buffer: AudioBuffer): Float32Array<ArrayBuffer> {
  const mono = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < mono.length; i += 1) mono[i]! += samples[i]! / buffer.numberOfChannels;
  }
  return mono;
}
