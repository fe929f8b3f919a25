// Reads files packet by packet: the container is read in place, and the browser's
// WebCodecs decode compressed packets.

import {
  ADTS,
  type AudioSample,
  AudioSampleSink,
  BlobSource,
  FLAC,
  Input,
  type InputAudioTrack,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from "mediabunny";
import { messageOf, SoundError } from "../shared/errors.js";
import type { RecordingReader } from "../shared/types.js";
import { brokenOffWarning, cutOffWarning } from "../shared/warnings.js";
import { mp3Trim, type Trim } from "./headers.js";
import { checkChannels, Mixer, PIECE_SAMPLES, type Reading } from "./pcm.js";
import { readWave } from "./wave.js";

/** A reader without the warnings, which are collected where it was opened. */
export type Packets = Omit<RecordingReader, "warnings">;

/** Without playlists, which would load other files. */
const FORMATS = [WAVE, MP3, OGG, FLAC, MP4, QTFF, ADTS, MATROSKA, WEBM];

/**
 * Longest gap that is filled with silence where packets are missing, and the longest silence of all gaps; more counts as damage,
 * so that a small file does not become days of silence.
 */
const MAX_GAP_SECONDS = 600;
const MAX_SILENCE_SECONDS = 24 * 3600;

/** Seconds that may be missing at the end of a compressed file: decoders hold back up to a block. */
const SLACK_SECONDS = 0.2;

/**
 * The seconds that a file states or that its packets have, which is known without decoding it; `undefined` for one whose container
 * is not read here.
 */
export async function secondsOf(file: Blob): Promise<number | undefined> {
  const input = new Input({ formats: FORMATS, source: new BlobSource(file) });
  try {
    const track = await input.getPrimaryAudioTrack();
    return (await track?.getDurationFromMetadata()) ?? (await track?.computeDuration());
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
}

/**
 * Returns `undefined` for a file that cannot be read this way. Throws what {@link readWave} throws, `audio-channels` and `limit`.
 */
export async function openPackets(file: Blob, reading: Reading): Promise<Packets | undefined> {
  const wave = await readWave(file).catch((thrown: unknown) => {
    if (thrown instanceof SoundError) throw thrown;
    // A file that cannot be read at all is reported by the code that reads it in one piece.
    return undefined;
  });
  // Without WebCodecs nothing else could be decoded.
  if (!wave && typeof AudioDecoder === "undefined") return undefined;
  const input = new Input({ formats: FORMATS, source: new BlobSource(wave?.file ?? file) });
  const source = await open(input, file, wave?.promised, reading).catch((thrown: unknown) => thrown);
  if (source !== undefined && !(source instanceof Error)) return source as Packets;
  input.dispose();
  if (source instanceof SoundError) throw source;
  return undefined;
}

async function open(input: Input, file: Blob, promised: number | undefined, reading: Reading): Promise<Packets | undefined> {
  const track = await input.getPrimaryAudioTrack();
  if (!track || !(await track.canDecode())) return undefined;
  const first = await firstSample(track);
  if (!first) return undefined;
  const { sampleRate, channels } = first;
  checkChannels(reading.channel, channels);
  const extent = await extentOf(input, track, file, first, promised);
  return {
    sampleRate,
    channels,
    duration: extent.duration,
    pieces: ({ from = 0, signal } = {}) => pieces(track, extent, reading, signal, from),
    close: () => input.dispose(),
  };
}

/** Where the recording begins and ends among the decoded samples. */
interface Extent {
  sampleRate: number;
  trim: Trim;
  /** Number of samples that the container states, for formats where that is exact, and how many of them may be missing. */
  stated: number | undefined;
  slack: number;
  /** Seconds; an estimate for files that do not state it. */
  duration: number;
}

interface First {
  sampleRate: number;
  timestamp: number;
  channels: number;
}

/** Decodes the beginning: only that shows whether the browser can decode the file, and at which rate. */
async function firstSample(track: InputAudioTrack): Promise<First | undefined> {
  for await (const sample of new AudioSampleSink(track).samples()) {
    const { sampleRate, timestamp, numberOfChannels: channels } = sample;
    sample.close();
    if (channels > 0 && sampleRate > 0) return { sampleRate, timestamp, channels };
  }
  return undefined;
}

async function extentOf(
  input: Input,
  track: InputAudioTrack,
  file: Blob,
  { sampleRate, timestamp }: First,
  promised: number | undefined,
): Promise<Extent> {
  const format = await input.getFormat();
  const samples = (seconds: number) => Math.round(seconds * sampleRate);
  const slack = samples(SLACK_SECONDS);
  if (format === MP3) {
    const trim = await mp3Trim(file, sampleRate);
    if (Number.isFinite(trim.end)) {
      const stated = trim.end - trim.start;
      return { sampleRate, trim, stated, slack, duration: stated / sampleRate };
    }
    return { sampleRate, trim, stated: undefined, slack, duration: (await track.getDurationFromMetadata()) ?? 0 };
  }
  if (format === OGG) {
    // The last page states where the sound ends; the last packet may hold more.
    const duration = await track.computeDuration();
    return { sampleRate, trim: { start: 0, end: samples(duration) }, stated: undefined, slack, duration };
  }
  const duration = (await track.getDurationFromMetadata()) ?? (await track.computeDuration());
  if (format === WAVE) {
    const stated = promised === undefined ? undefined : samples(promised);
    return { sampleRate, trim: { start: 0, end: Infinity }, stated, slack: 0, duration };
  }
  const isMp4 = format === MP4 || format === QTFF;
  const stated = isMp4 || format === FLAC ? samples(duration) : undefined;
  // What begins before 0 was put there by the encoder; a file that states this also states where the sound ends.
  const end = isMp4 && timestamp < 0 ? samples(duration) : Infinity;
  return { sampleRate, trim: { start: Math.max(0, samples(timestamp)), end }, stated, slack, duration };
}

/** Ends where nothing more can be read, with a warning; throws `audio-damaged` if that is at the very beginning. */
async function* pieces(
  track: InputAudioTrack,
  { sampleRate, trim, stated, slack }: Extent,
  reading: Reading,
  signal: AbortSignal | undefined,
  from: number,
) {
  const begin = trim.start + Math.round(from * sampleRate);
  const mixer = new Mixer(reading, sampleRate);
  /** Position of the next sample; `undefined` until one has come. */
  let at: number | undefined;
  let broken: unknown;
  let silence = 0;
  const push = (planes: readonly Float32Array[], frames: number) => {
    const skipped = Math.min(frames, Math.max(0, begin - at!));
    mixer.push(planes, skipped, Math.min(frames, Math.max(skipped, trim.end - at!)));
    at! += frames;
    return mixer.ready.splice(0);
  };
  const checkOpen = () => {
    signal?.throwIfAborted();
    if (track.input.disposed) throw closedError();
  };
  try {
    for await (const chunk of decoded(track, sampleRate, from > 0 ? begin / sampleRate : undefined)) {
      checkOpen();
      at ??= Math.min(chunk.at, begin);
      const gap = chunk.at - at;
      // A lost packet becomes silence, so that the sound after it keeps its time.
      if (gap > 1 && gap >= chunk.frames / 2) {
        silence += gap;
        if (gap > MAX_GAP_SECONDS * sampleRate || silence > MAX_SILENCE_SECONDS * sampleRate) throw damaged();
        const silent = chunk.planes.map(() => new Float32Array(Math.min(gap, PIECE_SAMPLES)));
        while (at < chunk.at) yield* push(silent, Math.min(chunk.at - at, PIECE_SAMPLES));
      }
      yield* push(chunk.planes, chunk.frames);
    }
  } catch (thrown) {
    checkOpen();
    if (at === undefined) throw damaged(thrown);
    broken = thrown;
  }
  mixer.finish();
  yield* mixer.ready.splice(0);
  const found = Math.min(at ?? begin, trim.end) - Math.max(trim.start, 0);
  if (stated !== undefined && stated - found > slack) reading.warn(cutOffWarning(found / sampleRate, stated / sampleRate));
  else if (broken !== undefined) reading.warn(brokenOffWarning(found / sampleRate, messageOf(broken)));
}

/** The decoded packets in order, each with its position in samples. */
async function* decoded(track: InputAudioTrack, sampleRate: number, from: number | undefined) {
  for await (const sample of new AudioSampleSink(track).samples(from)) {
    try {
      // The rate must not change, as on the command line.
      if (sample.sampleRate !== sampleRate) throw damaged();
      yield { at: Math.round(sample.timestamp * sampleRate), frames: sample.numberOfFrames, planes: planesOf(sample) };
    } finally {
      sample.close();
    }
  }
}

function planesOf(sample: AudioSample): Float32Array[] {
  return Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(sample.numberOfFrames);
    sample.copyTo(plane, { planeIndex, format: "f32-planar" });
    return plane;
  });
}

export function closedError(): SoundError {
  return new SoundError("aborted", "the recording is closed");
}

function damaged(cause?: unknown): SoundError {
  return new SoundError("audio-damaged", "the recording is damaged or cut off", { cause });
}
