// A sample that is playing: through the loudspeaker, and as a stream that is used
// in place of the microphone.

import { render, type Sample } from "./samples.js";

export class PlayingSample {
  readonly sample: Sample;
  readonly #context: AudioContext;
  readonly #media: MediaStream;

  /** Call it directly after a click: browsers start no sound otherwise. */
  constructor(sample: Sample) {
    this.sample = sample;
    this.#context = new AudioContext();
    const { sampleRate, destination } = this.#context;
    const pcm = render(sample, sampleRate);
    const buffer = new AudioBuffer({ length: pcm.length, sampleRate });
    buffer.copyToChannel(pcm, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer, loop: true });
    const stream = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
    source.connect(destination);
    source.connect(stream);
    source.start();
    this.#media = stream.stream;
  }

  get media(): MediaStream {
    return this.#media;
  }

  async pause(): Promise<void> {
    await this.#context.suspend();
  }

  async resume(): Promise<void> {
    await this.#context.resume();
  }

  /** Stops it for good. */
  close(): void {
    for (const track of this.#media.getTracks()) track.stop();
    void this.#context.close();
  }
}
