// The spectrogram of an example, small enough to be kept with it.

import type { ModelInfo } from "sourcing-sound";
import { scaleOf, Spectrogram } from "../ui/spectrogram.js";
import type { KeptPicture } from "./kept.js";

/** More would not be visible. */
const MOST_COLUMNS = 160;

/** Of several columns that share one of the picture's, each band's loudest is kept. */
export function pictureOf(columns: Float32Array, info: ModelInfo): KeptPicture {
  const { nMels, floor, ceiling } = scaleOf(info);
  const count = columns.length / nMels;
  const width = Math.max(1, Math.min(count, MOST_COLUMNS));
  const shades = new Uint8Array(width * nMels);
  for (let i = 0; i < count; i += 1) {
    const at = Math.floor((i * width) / count) * nMels;
    for (let m = 0; m < nMels; m += 1) {
      const shade = Math.round(((columns[i * nMels + m]! - floor) / (ceiling - floor)) * 255);
      shades[at + m] = Math.max(shades[at + m]!, Math.min(255, Math.max(0, shade)));
    }
  }
  return { nMels, shades };
}

export function draw(canvas: HTMLCanvasElement, { nMels, shades }: KeptPicture): void {
  new Spectrogram(canvas).show(Float32Array.from(shades), { nMels, floor: 0, ceiling: 255 });
}
