// The log-mel picture. Live, columns go round in a strip of a fixed length
// that is drawn with the newest at the right edge, or, where motion is
// unwelcome, is overwritten from left to right; a recording's columns fill the
// width once.

import { magma } from "./colour-map.js";

/** dB shown as black and as the brightest colour. */
const FLOOR_DB = -65;
const CEILING_DB = 15;

/** Widest strip that is kept; longer recordings show the loudest of neighbouring columns. */
const MAX_COLUMNS = 4096;

export class Spectrogram {
  readonly #canvas: HTMLCanvasElement;
  readonly #screen: CanvasRenderingContext2D;
  readonly #strip: CanvasRenderingContext2D;
  readonly #colours = new Uint32Array(magma().buffer);
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #nMels = 1;
  #next = 0;
  #rolls = true;
  #scheduled = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#screen = context2d(canvas);
    this.#strip = context2d(document.createElement("canvas"));
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#reset(1, 1);
  }

  /** Begins an empty picture of `columns` columns that rolls, or else is filled from left to right. */
  begin(columns: number, nMels: number, rolls: boolean): void {
    this.#rolls = rolls && !this.#still.matches;
    this.#reset(columns, nMels);
  }

  /** Adds columns: frame after frame, `nMels` values of dB each, lowest band first. */
  append(columns: Float32Array): void {
    const width = this.#strip.canvas.width;
    const count = columns.length / this.#nMels;
    for (let i = Math.max(0, count - width); i < count; i += 1) {
      this.#paint(columns.subarray(i * this.#nMels, (i + 1) * this.#nMels), this.#next);
      this.#next = (this.#next + 1) % width;
    }
    this.#schedule();
  }

  /** Shows a whole recording across the width. */
  show(columns: Float32Array, nMels: number): void {
    const count = columns.length / nMels;
    const width = Math.max(1, Math.min(count, MAX_COLUMNS));
    this.#rolls = false;
    this.#reset(width, nMels);
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

  #reset(columns: number, nMels: number): void {
    this.#nMels = nMels;
    this.#next = 0;
    this.#strip.canvas.width = columns;
    this.#strip.canvas.height = nMels;
    const silence = new Float32Array(nMels).fill(-Infinity);
    for (let x = 0; x < columns; x += 1) this.#paint(silence, x);
    this.#schedule();
  }

  #paint(column: Float32Array, x: number): void {
    const image = this.#strip.createImageData(1, this.#nMels);
    const pixels = new Uint32Array(image.data.buffer);
    for (let m = 0; m < this.#nMels; m += 1) {
      const shade = ((column[m]! - FLOOR_DB) / (CEILING_DB - FLOOR_DB)) * 255;
      pixels[this.#nMels - 1 - m] = this.#colours[Math.max(0, Math.min(255, Math.round(shade)))]!;
    }
    this.#strip.putImageData(image, x, 0);
  }

  /** Keeps one canvas pixel to one pixel of the screen. */
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
