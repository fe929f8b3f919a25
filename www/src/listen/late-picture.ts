// Stands in for the picture until its script is loaded, which waits for the first answer; then it replays what it was asked to show.

import type { ModelInfo } from "sourcing-sound";
import { LatePart } from "../late/part.js";
import type { Picture } from "./picture.js";

/** The most steps that wait: some seconds of columns. If the script cannot be loaded, the oldest are lost. */
const MAX_WAITING = 500;

type Step = (picture: Picture) => void;

export class LatePicture {
  readonly #part = new LatePart(async () => {
    const { Picture } = await import("./picture.js");
    return new Picture();
  });
  /** Comes before everything that waits. */
  #model: Step | undefined;
  #waiting: Step[] = [];

  describe(info: ModelInfo): void {
    const describe = (picture: Picture) => picture.describe(info);
    const { loaded } = this.#part;
    if (loaded) describe(loaded);
    else this.#model = describe;
  }

  /** Loads the script. Without it there is no picture; the next call tries again. */
  load(): void {
    if (this.#part.loaded) return;
    void this.#part.get().then(
      (picture) => {
        this.#model?.(picture);
        for (const step of this.#waiting.splice(0)) step(picture);
      },
      () => undefined,
    );
  }

  /** @see Picture.beginLive */
  beginLive(info: ModelInfo): void {
    this.#begin((picture) => picture.beginLive(info));
  }

  /** @see Picture.beginRecording */
  beginRecording(info: ModelInfo, seconds: number): void {
    this.load();
    this.#begin((picture) => picture.beginRecording(info, seconds));
  }

  /** @see Picture.showRecording */
  showRecording(info: ModelInfo, columns: Float32Array, seconds: number): void {
    this.load();
    this.#begin((picture) => picture.showRecording(info, columns, seconds));
  }

  /** @see Picture.append */
  append(columns: Float32Array): void {
    this.#do((picture) => picture.append(columns));
  }

  /** @see Picture.setProgress */
  setProgress(at: number | undefined): void {
    this.#do((picture) => picture.setProgress(at));
  }

  /** Whatever is waiting would be overwritten at once. */
  #begin(step: Step): void {
    this.#waiting = [];
    this.#do(step);
  }

  #do(step: Step): void {
    const { loaded } = this.#part;
    if (loaded) return step(loaded);
    this.#waiting.push(step);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }
}
