// The log-mel picture. Live columns go into a ring of fixed length, which is drawn
// with the newest column at the right edge or, if the user prefers reduced motion,
// is overwritten from left to right. A recording fills the width once.

import type { ModelInfo } from "sourcing-sound";
import { magma } from "./colour-map.js";
import { watchPixels } from "./pixels.js";

/** How columns are drawn. */
export interface Scale {
  /** Values per column. */
  nMels: number;
  /** The values with the darkest and the brightest colour. */
  floor: number;
  ceiling: number;
}

/** The scale of log-mel values in decibels of power. */
const DECIBEL_RANGE = { floor: -65, ceiling: 15 };
/**
 * The scale of natural logarithms, as fractions of the value of digital silence. That differs for powers and magnitudes,
 * whose logarithms are half as large. A value of silence below the usual says nothing about the scale, so it is limited.
 */
const NATURAL_PARTS = { floor: 0.8, ceiling: -0.58 };
const LOWEST_SILENCE = -11.5;

/** The scale of this model's columns. */
export function scaleOf({ nMels, logScale, silentValue }: ModelInfo): Scale {
  if (logScale === "decibel") return { nMels, ...DECIBEL_RANGE };
  const silence = Math.max(silentValue, LOWEST_SILENCE);
  return { nMels, floor: NATURAL_PARTS.floor * silence, ceiling: NATURAL_PARTS.ceiling * silence };
}

/** The widest picture that is kept; longer recordings show the maximum of neighbouring columns. */
const MAX_COLUMNS = 4096;

export class Spectrogram {
  readonly #canvas: HTMLCanvasElement;
  readonly #screen: CanvasRenderingContext2D;
  readonly #strip: CanvasRenderingContext2D;
  readonly #colours = new Uint32Array(magma().buffer);
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #scale: Scale = { nMels: 1, floor: 0, ceiling: 1 };
  #next = 0;
  #rolls = true;
  #scheduled = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#screen = context2d(canvas);
    this.#strip = context2d(document.createElement("canvas"));
    watchPixels(canvas, () => this.#fit());
    this.#reset(1, this.#scale);
  }

  /** Whether the newest column is at the right edge. */
  get rolls(): boolean {
    return this.#rolls;
  }

  /** Where the next column goes in a picture that is filled from left to right, 0 to 1. */
  get reached(): number {
    return this.#next / this.#strip.canvas.width;
  }

  /** Starts an empty picture of `columns` columns that scrolls or, without `rolls`, is filled from left to right. */
  begin(columns: number, scale: Scale, rolls: boolean): void {
    this.#rolls = rolls && !this.#still.matches;
    this.#reset(columns, scale);
  }

  /**
   * Continues with another scale and `wanted` columns across the width, and keeps what is shown: `heightBefore` returns the
   * height on the previous scale for one on the new scale, both 0 to 1.
   */
  rescale(wanted: number, scale: Scale, heightBefore: (height: number) => number): void {
    const columns = Math.min(wanted, MAX_COLUMNS);
    const before = document.createElement("canvas");
    const { width, height } = this.#strip.canvas;
    Object.assign(before, { width, height });
    context2d(before).drawImage(this.#strip.canvas, 0, 0);
    const turned = this.#rolls ? this.#next : 0;
    const next = this.#rolls ? 0 : Math.floor((this.#next * columns) / width);
    this.#reset(columns, scale);
    this.#next = next;
    const split = ((width - turned) / width) * columns;
    for (let row = 0; row < scale.nMels; row += 1) {
      const from = (1 - heightBefore(1 - (row + 0.5) / scale.nMels)) * height - 0.5;
      if (from < -0.5 || from > height - 0.5) continue;
      this.#strip.drawImage(before, turned, from, width - turned, 1, 0, row, split, 1);
      if (turned > 0) this.#strip.drawImage(before, 0, from, turned, 1, split, row, columns - split, 1);
    }
  }

  /** Adds columns: frame after frame, `nMels` values each, lowest band first. */
  append(columns: Float32Array): void {
    const { nMels } = this.#scale;
    const width = this.#strip.canvas.width;
    const count = columns.length / nMels;
    for (let i = Math.max(0, count - width); i < count; i += 1) {
      this.#paint(columns.subarray(i * nMels, (i + 1) * nMels), this.#next);
      this.#next = (this.#next + 1) % width;
    }
    this.#schedule();
  }

  /** Shows a whole recording across the width. */
  show(columns: Float32Array, scale: Scale): void {
    const { nMels } = scale;
    const count = columns.length / nMels;
    const width = Math.max(1, Math.min(count, MAX_COLUMNS));
    this.#rolls = false;
    this.#reset(width, scale);
    const loudest = new Float32Array(nMels);
    for (let x = 0; x < width && count > 0; x += 1) {
      loudest.fill(-Infinity);
      const end = Math.max(Math.floor(((x + 1) * count) / width), Math.floor((x * count) / width) + 1);
      for (let i = Math.floor((x * count) / width); i < end; i += 1) {
        for (let m = 0; m < nMels; m += 1) loudest[m] = Math.max(loudest[m]!, columns[i * nMels + m]!);
      }
      this.#paint(loudest, x);
    }
    this.#schedule();
  }

  #reset(columns: number, scale: Scale): void {
    const { nMels } = scale;
    this.#scale = scale;
    this.#next = 0;
    this.#strip.canvas.width = columns;
    this.#strip.canvas.height = nMels;
    const silence = new Float32Array(nMels).fill(-Infinity);
    for (let x = 0; x < columns; x += 1) this.#paint(silence, x);
    this.#schedule();
  }

  #paint(column: Float32Array, x: number): void {
    const { nMels, floor, ceiling } = this.#scale;
    const image = this.#strip.createImageData(1, nMels);
    const pixels = new Uint32Array(image.data.buffer);
    for (let m = 0; m < nMels; m += 1) {
      const shade = ((column[m]! - floor) / (ceiling - floor)) * 255;
      pixels[nMels - 1 - m] = this.#colours[Math.max(0, Math.min(255, Math.round(shade)))]!;
    }
    this.#strip.putImageData(image, x, 0);
  }

  /** Makes one canvas pixel one screen pixel. */
  #fit(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const width = Math.round(clientWidth * devicePixelRatio);
    const height = Math.round(clientHeight * devicePixelRatio);
    if (width === this.#canvas.width && height === this.#canvas.height) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#draw();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#fit();
      this.#draw();
    });
  }

  #draw(): void {
    const { width, height } = this.#canvas;
    const { width: columns, height: rows } = this.#strip.canvas;
    const screen = this.#screen;
    screen.imageSmoothingQuality = "high";
    const turned = this.#rolls ? this.#next : 0;
    const split = Math.round(((columns - turned) / columns) * width);
    screen.drawImage(this.#strip.canvas, turned, 0, columns - turned, rows, 0, 0, split, height);
    if (turned > 0) screen.drawImage(this.#strip.canvas, 0, 0, turned, rows, split, 0, width - split, height);
  }
}

function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("this browser gives no 2D canvas");
  return context;
}
