// Where a frequency stands on the picture's mel axis. Used for the labels
// only; the picture's rows come ready from the wasm module.

import type { ModelInfo } from "sourcing-sound";

const MARKS_HZ = [100, 250, 500, 1000, 2000, 4000, 8000, 16000];

const MEL_OF_HZ: Record<ModelInfo["melScale"], (hz: number) => number> = {
  // Linear below 1 kHz, logarithmic above.
  slaney: (hz) => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4)),
  htk: (hz) => 2595 * Math.log10(1 + hz / 700),
};

export interface Mark {
  hz: number;
  /** 0 at the bottom, 1 at the top. */
  height: number;
}

/** Round frequencies that lie between the two, with room for their labels. */
export function frequencyMarks({ melScale, fMin, fMax }: ModelInfo): Mark[] {
  const mel = MEL_OF_HZ[melScale];
  const low = mel(fMin);
  const high = mel(fMax);
  return MARKS_HZ.map((hz) => ({ hz, height: (mel(hz) - low) / (high - low) })).filter(
    ({ height }) => height > 0.04 && height < 0.96,
  );
}
