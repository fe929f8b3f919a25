// The log-mel picture of a recording of any length in a limited number of
// columns: each is the maximum of several neighbours.

const MOST_COLUMNS = 2048;

export class Overview {
  readonly #nMels: number;
  #columns: Float32Array<ArrayBuffer>;
  #count = 0;
  /** How many columns of the recording one of these represents, and how many the newest has so far. */
  #factor = 1;
  #filled = 0;

  constructor(nMels: number) {
    this.#nMels = nMels;
    this.#columns = new Float32Array(2 * MOST_COLUMNS * nMels);
  }

  append(columns: Float32Array): void {
    const n = this.#nMels;
    for (let at = 0; at + n <= columns.length; at += n) {
      if (this.#filled === 0) this.#begin();
      this.#raise((this.#count - 1) * n, columns.subarray(at, at + n));
      this.#filled = (this.#filled + 1) % this.#factor;
    }
  }

  /** Frame after frame, `nMels` values each. */
  get columns(): Float32Array<ArrayBuffer> {
    return this.#columns.slice(0, this.#count * this.#nMels);
  }

  #begin(): void {
    if (this.#count === 2 * MOST_COLUMNS) this.#halve();
    if (this.#filled !== 0) return;
    this.#columns.fill(-Infinity, this.#count * this.#nMels, (this.#count + 1) * this.#nMels);
    this.#count += 1;
  }

  #raise(at: number, column: Float32Array): void {
    for (let m = 0; m < this.#nMels; m += 1) this.#columns[at + m] = Math.max(this.#columns[at + m]!, column[m]!);
  }

  #halve(): void {
    const n = this.#nMels;
    for (let i = 0; i < MOST_COLUMNS; i += 1) {
      const second = this.#columns.slice((2 * i + 1) * n, (2 * i + 2) * n);
      this.#columns.copyWithin(i * n, 2 * i * n, (2 * i + 1) * n);
      this.#raise(i * n, second);
    }
    this.#count = MOST_COLUMNS;
    this.#factor *= 2;
  }
}
