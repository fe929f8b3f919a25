// A sample that is playing: through the loudspeaker, and as a stream that replaces the microphone.

import { LatePart } from "../late/part.js";
import type { Sample } from "./samples.js";

const synthesis = new LatePart(() => import("./synthesis.js"));

export class PlayingSample {
  readonly sample: Sample;
  readonly #context: AudioContext;
  readonly #stream: MediaStreamAudioDestinationNode;

  /** Call it directly after a click: browsers start no sound otherwise. */
  constructor(sample: Sample) {
    this.sample = sample;
    this.#context = new AudioContext();
    this.#stream = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
  }

  /** Plays it once its script is loaded. Rejects with `part-fetch`. */
  async start(): Promise<void> {
    const { render } = await synthesis.get();
    if (this.#context.state === "closed") return;
    const { sampleRate, destination } = this.#context;
    const pcm = render(this.sample.id, sampleRate);
    const buffer = new AudioBuffer({ length: pcm.length, sampleRate });
    buffer.copyToChannel(pcm, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer, loop: true });
    source.connect(destination);
    source.connect(this.#stream);
    source.start();
  }

  get media(): MediaStream {
    return this.#stream.stream;
  }

  async pause(): Promise<void> {
    await this.#context.suspend();
  }

  async resume(): Promise<void> {
    await this.#context.resume();
  }

  /** Stops it for good. */
  close(): void {
    for (const track of this.media.getTracks()) track.stop();
    void this.#context.close();
  }
}
