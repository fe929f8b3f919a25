// The position of a frequency on the picture's mel axis, for the axis labels and
// to move rows when another model has another axis. The rows themselves come from
// the wasm module.

import type { ModelInfo } from "sourcing-sound";

const MARKS_HZ = [100, 250, 500, 1000, 2000, 4000, 8000, 16000];

const MEL_OF_HZ: Record<ModelInfo["melScale"], (hz: number) => number> = {
  // Linear below 1 kHz, logarithmic above.
  slaney: (hz) => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4)),
  htk: (hz) => 2595 * Math.log10(1 + hz / 700),
  kaldi: (hz) => 1127 * Math.log1p(hz / 700),
};

const HZ_OF_MEL: Record<ModelInfo["melScale"], (mel: number) => number> = {
  slaney: (mel) => (mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) * (mel - 15)) / 27)),
  htk: (mel) => 700 * (10 ** (mel / 2595) - 1),
  kaldi: (mel) => 700 * Math.expm1(mel / 1127),
};

type Axis = Pick<ModelInfo, "melScale" | "fMin" | "fMax">;

export interface Mark {
  hz: number;
  /** 0 at the bottom, 1 at the top. */
  height: number;
}

/** Height of a label as a fraction of the picture on a phone. */
const LABEL_HEIGHT = 0.07;

/** Round frequencies on the axis, far enough apart for their labels. */
export function frequencyMarks(axis: Axis): Mark[] {
  const marks: Mark[] = [];
  for (const hz of MARKS_HZ) {
    const height = heightOf(axis, hz);
    const below = marks.at(-1)?.height ?? -Infinity;
    if (height > 0.04 && height < 0.96 && height - below >= LABEL_HEIGHT) marks.push({ hz, height });
  }
  return marks;
}

/** The height on `other` of a height (0 to 1) on `axis`; below 0 or above 1 if `other` does not reach that far. */
export function heightOn(other: Axis, axis: Axis, height: number): number {
  const [low, high] = ends(axis);
  return heightOf(other, HZ_OF_MEL[axis.melScale](low + height * (high - low)));
}

function heightOf(axis: Axis, hz: number): number {
  const [low, high] = ends(axis);
  return (MEL_OF_HZ[axis.melScale](hz) - low) / (high - low);
}

function ends({ melScale, fMin, fMax }: Axis): [number, number] {
  return [MEL_OF_HZ[melScale](fMin), MEL_OF_HZ[melScale](fMax)];
}
