// The package's readers of recordings: closing, options, functions that throw, and files that would take too long.

import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "./support/encode";
import { PACKAGE } from "./support/environment";
import { expect, test } from "./support/library";
import { chunk, noise, waveFile } from "./support/wave-file";
import { writeWav } from "./support/wav";

const RATE = 8000;

/** Sun's format, which only the package's own decoder reads: 32-bit floats, big-endian. Without a size, all of the file is sound. */
function auFile(samples: Float32Array, size = 4 * samples.length): Buffer {
  const bytes = Buffer.alloc(24 + 4 * samples.length);
  bytes.write(".snd", 0);
  [24, size, 6, RATE, 1].forEach((value, i) => bytes.writeUInt32BE(value, 4 + 4 * i));
  samples.forEach((sample, i) => bytes.writeFloatBE(sample, 24 + 4 * i));
  return bytes;
}

/** The header of a file with one channel of 32-bit floats, however long: RF64. */
function largeWave(dataBytes: number): Buffer {
  const before = chunk("ds64", Buffer.alloc(28));
  const header = waveFile(RATE, [new Float32Array()], { riffSize: 0xffffffff, dataSize: 0xffffffff, before });
  header.write("RF64", 0);
  // The chunk comes after the format here, and elsewhere before it.
  const at = header.indexOf("ds64") + 8;
  header.writeBigUInt64LE(BigInt(header.length - 8 + dataBytes), at);
  header.writeBigUInt64LE(BigInt(dataBytes), at + 8);
  return header;
}

/** `samples` as ffmpeg writes them; the test is skipped without it. */
function encoded(name: string, samples: Float32Array, sampleRate: number, ...options: string[]): string {
  const wav = writeWav(`for-${name}.wav`, { samples, sampleRate });
  const path = join(dirname(wav), name);
  const made = encode(wav, path, ...options);
  if (!made) console.log(`skipped: there is no ffmpeg that writes ${name}`);
  test.skip(!made, `there is no ffmpeg that writes ${name}`);
  return readFileSync(path).toString("base64");
}

const minute = noise(3, 60 * RATE, 0.3);
const FILES = [
  { name: "wav", file: () => waveFile(RATE, [minute]).toString("base64") },
  { name: "au", file: () => auFile(minute).toString("base64") },
  { name: "ogg", file: () => encoded("closed.ogg", minute, RATE) },
];

for (const { name, file } of FILES) {
  test(`a closed reader reports that, and nothing else: ${name}`, async ({ library }) => {
    const result = await library.evaluate(async (base64) => {
      const file = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const reader = await api.openRecording(file);
      let pieces = 0;
      const during = await codeOf(async () => {
        for await (const piece of reader.pieces()) {
          pieces += Math.sign(piece.length);
          reader.close();
        }
      });
      const after = await codeOf(() => reader.pieces()[Symbol.asyncIterator]().next());
      return { pieces, codes: [during.code, after.code], warnings: reader.warnings.length };
    }, file());
    expect(result).toEqual({ pieces: 1, codes: ["aborted", "aborted"], warnings: 0 });
  });
}

test("wrong options of pieces() are refused", async ({ library }) => {
  const result = await library.evaluate(async (base64) => {
    const reader = await api.openRecording(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
    const given: unknown[] = [{ from: -1 }, { from: Number.NaN }, { from: Infinity }, { from: "2" }, { form: 30 }, { signal: {} }, null];
    const codes = [];
    for (const options of given) codes.push((await codeOf(() => reader.pieces(options as never)[Symbol.asyncIterator]().next())).code);
    let samples = 0;
    for await (const piece of reader.pieces({ from: 59 })) samples += piece.length;
    return { codes, samples };
  }, FILES[0]!.file());
  expect(result).toEqual({ codes: Array(7).fill("config"), samples: RATE });
});

const inverted = [minute, minute.map((sample) => -sample)];
const WARNED = [
  { name: "a wav that is cut off", code: "audio-cut-off", file: waveFile(RATE, [minute], { dataSize: 8 * minute.length }) },
  { name: "a wav with inverted channels", code: "channel-taken", file: waveFile(RATE, inverted) },
  { name: "an au that is cut off", code: "audio-cut-off", file: auFile(minute, 8 * minute.length) },
];
const FEW = { hopSeconds: 10, top: 1 };

for (const { name, code, file } of WARNED) {
  test(`functions that throw are reported as uncaught, and change no result: ${name}`, async ({ library }) => {
    const { wanted, predictions, thrown } = await library.evaluate(
      async ({ base64, options }) => {
        const thrown = new Set<string>();
        addEventListener("error", (event) => {
          thrown.add((event.error as Error).message);
          event.preventDefault();
        });
        const onWarning = ({ code }: { code: string }) => {
          throw new Error(code);
        };
        const onProgress = () => {
          throw new Error("progress");
        };
        const file = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const classifier = await api.Classifier.load({ onProgress });
        const wanted = await classifier.classify(file, options);
        const loading = [...thrown];
        thrown.clear();
        const predictions = await classifier.classify(file, { ...options, onWarning, onProgress });
        classifier.close();
        return { wanted, predictions, thrown: [...loading, ...[...thrown].sort()] };
      },
      { base64: file.toString("base64"), options: FEW },
    );
    expect(predictions.length).toBeGreaterThan(5);
    expect(predictions).toEqual(wanted);
    expect(thrown).toEqual(["progress", code, "progress"]);
  });
}

test("a function that throws changes no result of an audio buffer", async ({ library }) => {
  const { codes, thrown } = await library.evaluate(async () => {
    const thrown: string[] = [];
    addEventListener("error", (event) => {
      thrown.push((event.error as Error).message);
      event.preventDefault();
    });
    const buffer = new AudioBuffer({ numberOfChannels: 2, length: 32_000, sampleRate: 8000 });
    const pcm = new Float32Array(tone(4, 8000));
    buffer.copyToChannel(pcm, 0);
    buffer.copyToChannel(pcm.map((sample) => -sample), 1);
    const classifier = await api.Classifier.load();
    const onWarning = ({ code }: { code: string }) => {
      throw new Error(code);
    };
    const { code } = await codeOf(() => classifier.classify(buffer, { onWarning }));
    classifier.close();
    return { codes: [code], thrown };
  });
  expect({ codes, thrown }).toEqual({ codes: ["none"], thrown: ["channel-taken"] });
});

test("in Node, functions that throw are reported as uncaught, and change no result", ({}, info) => {
  const path = info.outputPath("cut.wav");
  writeFileSync(path, WARNED[0]!.file);
  const script = `
    const { Classifier } = await import(${JSON.stringify(pathToFileURL(join(PACKAGE, "dist/node.js")).href)});
    const thrown = [];
    process.on("uncaughtException", ({ message }) => thrown.push(message));
    const classifier = await Classifier.load();
    const onWarning = ({ code }) => {
      throw new Error(code);
    };
    const predictions = await classifier.classify(process.argv[1], { ...${JSON.stringify(FEW)}, onWarning });
    console.log(JSON.stringify({ predictions: predictions.length, thrown }));
  `;
  const read = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script, path], { encoding: "utf8" })) as object;
  expect(read).toEqual({ predictions: 7, thrown: ["audio-cut-off"] });
});

test("more channels than are mixed have a code, unless one of them is chosen", async ({ library }) => {
  const channels = Array.from({ length: 65 }, (_, i) => noise(i + 1, 100, 0.3));
  const result = await library.evaluate(async (base64) => {
    const file = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const classifier = await api.Classifier.load();
    const codes = [(await codeOf(() => api.openRecording(file))).code, (await codeOf(() => classifier.classify(file))).code];
    const reader = await api.openRecording(file, { channel: 65 });
    const samples: number[] = [];
    for await (const piece of reader.pieces()) samples.push(...piece);
    return { codes, samples };
  }, waveFile(RATE, channels).toString("base64"));
  expect(result).toEqual({ codes: ["limit", "limit"], samples: [...channels[64]!] });
});

test("a recording that the memory does not hold in one piece has a code", async ({ library }) => {
  const wav = readFileSync(writeWav("in-one-piece.wav", { samples: noise(3, RATE, 0.3), sampleRate: RATE })).toString("base64");
  const codes = await library.evaluate(async ({ wav, rate }) => {
    const classifier = await api.Classifier.load();
    const file = new Blob([Uint8Array.from(atob(wav), (c) => c.charCodeAt(0))]);
    const embed = async () => (await codeOf(() => classifier.embed(file))).code;
    const { Float32Array } = globalThis;
    globalThis.Float32Array = new Proxy(Float32Array, {
      construct(target, [first, ...others]: [number, ...unknown[]]) {
        if (first === rate) throw new RangeError("Array buffer allocation failed");
        return Reflect.construct(target, [first, ...others]) as object;
      },
    });
    const codes = [await embed()];
    globalThis.Float32Array = Float32Array;
    codes.push(await embed());
    classifier.close();
    return codes;
  }, { wav, rate: RATE });
  expect(codes).toEqual(["limit", "none"]);
});

test("a file of countless chunks is read in few steps, and only up to a limit", async ({ library }) => {
  const many = Buffer.concat(Array.from({ length: 300 }, () => chunk("LIST", Buffer.alloc(7))));
  const right = waveFile(RATE, [noise(5, 100, 0.3)], { before: many });
  const zeros = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE"), Buffer.alloc(2 ** 21)]);
  const result = await library.evaluate(
    async (files) => {
      let reads = 0;
      const { slice } = Blob.prototype;
      Blob.prototype.slice = function (...args) {
        reads += 1;
        return slice.apply(this, args);
      };
      const open = async (base64: string) => {
        reads = 0;
        const { code, message } = await codeOf(() => api.openRecording(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))));
        return { code, message, few: reads < 50 };
      };
      return [await open(files[0]!), await open(files[1]!)];
    },
    [right, zeros].map((file) => file.toString("base64")),
  );
  expect(result).toEqual([
    { code: "none", message: "", few: true },
    { code: "audio-damaged", message: "the file has no sound among its first 10,000 chunks", few: true },
  ]);
});

test("gaps become silence in pieces, a day of it at most", async ({ library }) => {
  // Seconds of sound, each 598 s after the one before.
  const gaps = ["-af", "asetnsamples=n=1000,asetpts=PTS*599", "-c:a", "pcm_s16le"];
  const file = encoded("gaps.mkv", noise(9, 300_000, 0.3), 1000, ...gaps);
  const result = await library.evaluate(async (base64) => {
    const reader = await api.openRecording(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
    let [samples, longest] = [0, 0];
    for await (const piece of reader.pieces()) {
      samples += piece.length;
      longest = Math.max(longest, piece.length);
    }
    return { seconds: samples / reader.sampleRate, longest, warnings: reader.warnings.map(({ code }) => code) };
  }, file);
  const silent = Math.floor((24 * 3600) / 598);
  expect(result).toEqual({ seconds: silent * 599 + 1, longest: 65536, warnings: ["audio-broken-off"] });
});

test("without WebCodecs, the browser decodes only what is short", async ({ library }) => {
  const [short, long] = [1, 11].map((minutes) =>
    encoded(`${minutes}-minutes.mp3`, noise(11, minutes * 60 * RATE, 0.3), RATE, "-b:a", "16k"),
  );
  const results = await library.evaluate(
    async (files) => {
      delete (globalThis as { AudioDecoder?: unknown }).AudioDecoder;
      let decoded = 0;
      const decode = OfflineAudioContext.prototype.decodeAudioData;
      OfflineAudioContext.prototype.decodeAudioData = function (...args) {
        decoded += 1;
        return decode.apply(this, args);
      };
      const results = [];
      for (const base64 of files) {
        decoded = 0;
        const reader = await api.openRecording(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
        results.push({ minutes: Math.round(reader.duration / 60), decoded });
        reader.close();
      }
      return results;
    },
    [short!, long!],
  );
  expect(results).toEqual([
    { minutes: 1, decoded: 1 },
    { minutes: 11, decoded: 0 },
  ]);
});

const LARGE = 2 ** 32 + 4 * RATE * 60;
for (const { name, header, float } of [
  { name: "wav", header: largeWave(LARGE), float: "writeFloatLE" },
  { name: "au", header: auFile(new Float32Array(), 0xffffffff), float: "writeFloatBE" },
] as const) {
  test(`in Node, a file of more than 4 GiB is read to its end: ${name}`, ({}, info) => {
    const path = info.outputPath(`large.${name}`);
    const tail = noise(13, RATE, 0.3);
    const bytes = Buffer.alloc(4 * tail.length);
    tail.forEach((sample, i) => bytes[float](sample, 4 * i));
    const file = openSync(path, "w");
    // Everything else is a hole, which takes no space.
    ftruncateSync(file, header.length + LARGE);
    writeSync(file, header, 0, header.length, 0);
    writeSync(file, bytes, 0, bytes.length, header.length + LARGE - bytes.length);
    // Silence there would be taken for chunks by what reads WAV files; sound seldom is.
    if (name === "wav") writeSync(file, Buffer.from("soundend"), 0, 8, header.length + 2 ** 32);
    closeSync(file);
    const script = `
      const { openRecording } = await import(${JSON.stringify(pathToFileURL(join(PACKAGE, "dist/node.js")).href)});
      const reader = await openRecording(process.argv[1]);
      const samples = [];
      for await (const piece of reader.pieces({ from: ${LARGE / 4 / RATE - 1} })) samples.push(...piece);
      console.log(JSON.stringify({ seconds: reader.duration, samples, warnings: reader.warnings }));
    `;
    try {
      const read = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", script, path], { encoding: "utf8" })) as object;
      expect(read).toEqual({ seconds: LARGE / 4 / RATE, samples: [...tail], warnings: [] });
    } finally {
      rmSync(path);
    }
  });
}
