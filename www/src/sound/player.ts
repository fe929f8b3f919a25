// Plays a recording with Web Audio: the Content-Security-Policy does not let a media
// element play from memory.

import type { Recording } from "sourcing-sound";

/** The player whose sound is playing. */
let sounding: Player | undefined;

export class Player {
  readonly #changed: (at: number | undefined) => void;
  #recording: Recording | undefined;
  #context: AudioContext | undefined;

  /** `changed` is called with the position, 0 to 1, on every animation frame, and with `undefined` at the end. */
  constructor(changed: (at: number | undefined) => void) {
    this.#changed = changed;
  }

  get playing(): boolean {
    return this.#context !== undefined;
  }

  /** Sets the recording and stops what is playing. */
  load(recording: Recording | undefined): void {
    this.stop();
    this.#recording = recording;
  }

  /** Stops any other player. Throws if the browser cannot play the recording, for example at its sample rate. */
  play(): void {
    if (!this.#recording || this.#context) return;
    const { pcm, sampleRate } = this.#recording;
    const buffer = new AudioBuffer({ length: pcm.length, sampleRate });
    buffer.copyToChannel(pcm, 0);
    sounding?.stop();
    sounding = this;
    const context = new AudioContext();
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.onended = () => this.#context === context && this.stop();
    source.start();
    const began = context.currentTime;
    this.#context = context;
    const follow = () => {
      if (this.#context !== context) return;
      this.#changed((context.currentTime - began) / buffer.duration);
      requestAnimationFrame(follow);
    };
    follow();
  }

  stop(): void {
    if (!this.#context) return;
    void this.#context.close();
    this.#context = undefined;
    this.#changed(undefined);
  }
}
