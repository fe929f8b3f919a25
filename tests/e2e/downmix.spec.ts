// Several channels are mixed as in Rust: golden/downmix.json, which tests/downmix.rs writes and compares too.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./support/environment";
import { expect, test } from "./support/library";
import { readInNode } from "./support/node-reader";
import { noise, waveFile } from "./support/wave-file";

interface Case {
  name: string;
  frames: number;
  channels: { from: number; seed: number; gain: number }[][];
  taken: [number, number] | null;
  samples: number[];
}

const RATE = 48_000;
const EVERY = 611;
const cases = JSON.parse(readFileSync(join(REPOSITORY, "tests/golden/downmix.json"), "utf8")) as Case[];

test("mixes are the golden ones", () => {
  const files = cases.map(({ frames, channels }) =>
    waveFile(
      RATE,
      channels.map((parts) => {
        const samples = new Float32Array(frames);
        for (const { from, seed, gain } of parts) samples.set(noise(seed, frames, gain).subarray(from), from);
        return samples;
      }),
    ),
  );
  readInNode(files).forEach(({ warnings, samples: all }, i) => {
    const samples = all.filter((_, at) => at % EVERY === 0);
    const { name, frames, taken, samples: wanted } = cases[i]!;
    expect(all.length, name).toBe(frames);
    expect(samples.length, name).toBe(wanted.length);
    const furthest = Math.max(...samples.map((sample, n) => Math.abs(sample - wanted[n]!)));
    expect(furthest, name).toBeLessThanOrEqual(1e-6);
    const told = warnings.map(({ code, time, channel }) => [code, channel, Math.round(time * RATE)]);
    expect(told, name).toEqual(taken ? [["channel-taken", ...taken]] : []);
  });
});

test("one channel can be asked for, and one that is missing is refused", () => {
  const file = waveFile(RATE, [noise(1, 5000, 0.5), noise(2, 5000, 0.5)]);
  for (const [channel, seed] of [["left", 1], ["right", 2], [1, 1], [2, 2]] as const) {
    const [read] = readInNode([file], { channel });
    expect(read!.channels).toBe(2);
    expect(read!.warnings).toEqual([]);
    expect(read!.samples).toEqual([...noise(seed, 5000, 0.5)]);
  }
  expect(readInNode([file], { channel: 3 })[0]!.code).toBe("audio-channels");
  for (const channel of [0, 1.5, "both"]) expect(readInNode([file], { channel })[0]!.code).toBe("config");
});

/** What a microphone with these channels delivers; each is a share of a tone of 700 Hz. */
const LIVE = [
  { name: "the second silent", gains: [1, 0], level: 1, taken: [] },
  { name: "the first silent", gains: [0, 1], level: 1, taken: [] },
  { name: "inverted", gains: [1, -1], level: 1, taken: [1] },
  { name: "inverted, the second louder", gains: [-0.5, 1], level: 1, taken: [2] },
  { name: "the same", gains: [1, 1], level: 1, taken: [] },
  { name: "one", gains: [1], level: 1, taken: [] },
  { name: "the right one asked for", gains: [1, 0.5], channel: "right", level: 0.5, taken: [] },
] as const;

for (const { name, level, taken, ...source } of LIVE) {
  test(`a microphone's channels: ${name}`, async ({ library }) => {
    const captured = await library.evaluate(async ({ gains, channel }: { gains: readonly number[]; channel?: "right" }) => {
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: 700 });
      const merger = new ChannelMergerNode(context, { numberOfInputs: gains.length });
      gains.forEach((gain, i) => tone.connect(new GainNode(context, { gain: 0.5 * gain })).connect(merger, 0, i));
      const destination = new MediaStreamAudioDestinationNode(context, {
        channelCount: gains.length,
        channelInterpretation: "discrete",
      });
      merger.connect(destination);
      tone.start();
      const taken: (number | undefined)[] = [];
      let updates = 0;
      const microphone = await api.listen(() => (updates += 1), {
        mediaStream: destination.stream,
        onWarning: (warning) => taken.push(warning.channel),
        ...(channel && { channel }),
      });
      const { pcm } = await microphone.record(1);
      await microphone.close();
      await context.close();
      // The beginning may be silent until the stream flows.
      const steady = pcm.subarray(pcm.length / 2);
      return { taken, peak: Math.max(...steady) };
    }, source);
    expect(captured.peak).toBeCloseTo(0.5 * level, 1);
    expect(captured.taken).toEqual(taken);
  });
}

test("where a channel of a microphone is used instead of the mix counts from the start, also after its channels change", async ({ library }) => {
  const frame = await library.evaluate(async (rate) => {
    const context = new OfflineAudioContext(1, 2 * rate, rate);
    await context.audioWorklet.addModule("/dist/sourcing-sound-worklet.js");
    const node = new AudioWorkletNode(context, "sourcing-sound-capture", {
      channelCountMode: "max",
      channelInterpretation: "discrete",
      processorOptions: { frames: 2048, blocks: 64, channel: undefined },
    });
    node.connect(context.destination);
    const play = (gains: number[]) => {
      const buffer = new AudioBuffer({ length: rate, numberOfChannels: gains.length, sampleRate: rate });
      gains.forEach((gain, i) => buffer.copyToChannel(tone(1, rate).map((sample) => gain * sample), i));
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(node);
      source.start();
    };
    play([1]);
    const taken = new Promise<number>((resolve) => {
      node.port.onmessage = ({ data }: MessageEvent<{ taken: { frame: number } }>) => resolve(data.taken.frame);
    });
    // No event reports that a worker is connected, but the one before it is then ended.
    const connect = () => {
      const { port1, port2 } = new MessageChannel();
      const ended = new Promise((resolve) => (port2.onmessage = resolve));
      node.port.postMessage({ port: port1 }, [port1]);
      return ended;
    };
    const begins = context.suspend(128 / rate);
    const changes = context.suspend(1);
    const ended = connect();
    connect();
    const rendered = context.startRendering();
    await begins;
    await ended;
    await context.resume();
    await changes;
    play([1, -1]);
    await context.resume();
    await rendered;
    return taken;
  }, RATE);
  expect(frame).toBeGreaterThan(0.9 * RATE);
  expect(frame).toBeLessThan(1.1 * RATE);
});
