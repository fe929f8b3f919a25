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
} from "mediabunny";
import { SoundError } from "../shared/errors.js";
import type { RecordingReader } from "../shared/types.js";
import { mp3Trim, type Trim, wavSeconds } from "./headers.js";
import { PIECE_SAMPLES } from "./pcm.js";

/** Without playlists, which would load other files. */
const FORMATS = [WAVE, MP3, OGG, FLAC, MP4, QTFF, ADTS, MATROSKA];

/** Longest gap that is filled with silence where packets are missing; a longer one counts as damage. */
const MAX_GAP_SECONDS = 600;

/** Seconds that may be missing at the end of a file that states its length. */
const SLACK_SECONDS = 0.2;

/** Returns `undefined` for a file that cannot be read this way. */
export async function openPackets(file: Blob): Promise<RecordingReader | undefined> {
  const input = new Input({ formats: FORMATS, source: new BlobSource(file) });
  try {
    const source = await open(input, file);
    if (!source) input.dispose();
    return source;
  } catch {
    input.dispose();
    return undefined;
  }
}

async function open(input: Input, file: Blob): Promise<RecordingReader | undefined> {
  const track = await input.getPrimaryAudioTrack();
  if (!track || !(await track.canDecode())) return undefined;
  const first = await firstSample(track);
  if (!first) return undefined;
  const { sampleRate } = first;
  const { trim, stated, duration } = await extent(input, track, file, first);
  return {
    sampleRate,
    duration,
    pieces: ({ from = 0, signal } = {}) => pieces(track, { sampleRate, trim, stated }, signal, from),
    close: () => input.dispose(),
  };
}

/** Where the recording begins and ends among the decoded samples. */
interface Extent {
  sampleRate: number;
  trim: Trim;
  /** Number of samples that the container states, for formats where that is exact. */
  stated: number | undefined;
}

type First = Pick<AudioSample, "sampleRate" | "timestamp">;

/** Decodes the beginning: only that shows whether the browser can decode the file, and at which rate. */
async function firstSample(track: InputAudioTrack): Promise<First | undefined> {
  for await (const sample of new AudioSampleSink(track).samples()) {
    const { sampleRate, timestamp, numberOfChannels } = sample;
    sample.close();
    if (numberOfChannels > 0 && sampleRate > 0) return { sampleRate, timestamp };
  }
  return undefined;
}

async function extent(input: Input, track: InputAudioTrack, file: Blob, { sampleRate, timestamp }: First) {
  const format = await input.getFormat();
  const samples = (seconds: number) => Math.round(seconds * sampleRate);
  if (format === MP3) {
    const trim = await mp3Trim(file, sampleRate);
    const estimate = (await track.getDurationFromMetadata()) ?? 0;
    const duration = Number.isFinite(trim.end) ? (trim.end - trim.start) / sampleRate : estimate;
    return { trim, stated: undefined, duration };
  }
  if (format === OGG) {
    // The last page says where the sound ends; the last packet may hold more.
    const duration = await track.computeDuration();
    return { trim: { start: 0, end: samples(duration) }, stated: undefined, duration };
  }
  const found = (await track.getDurationFromMetadata()) ?? (await track.computeDuration());
  const duration = format === WAVE ? ((await wavSeconds(file)) ?? found) : found;
  const stated = [WAVE, FLAC, MP4, QTFF].some((one) => one === format) ? samples(duration) : undefined;
  // AAC begins before 0 with samples that the command line keeps, so they are kept here too.
  const start = (await track.getCodec()) === "aac" ? samples(timestamp) : Math.max(0, samples(timestamp));
  return { trim: { start, end: Infinity }, stated, duration };
}

async function* pieces(track: InputAudioTrack, extent: Extent, signal: AbortSignal | undefined, from: number) {
  const { sampleRate, trim, stated } = extent;
  const begin = trim.start + Math.round(from * sampleRate);
  let piece = new Float32Array(PIECE_SAMPLES);
  let filled = 0;
  /** Position of the next sample; `undefined` until one has come. */
  let at: number | undefined;
  try {
    for await (const chunk of decoded(track, sampleRate, from > 0 ? begin / sampleRate : undefined)) {
      signal?.throwIfAborted();
      at ??= Math.min(chunk.at, begin);
      const gap = chunk.at - at;
      if (gap > MAX_GAP_SECONDS * sampleRate) throw damaged();
      // A lost packet becomes silence, so that the sound after it keeps its time.
      const pcm = gap > 1 && gap >= chunk.pcm.length / 2 ? padded(chunk.pcm, gap) : chunk.pcm;
      const skipped = Math.max(0, begin - at);
      const kept = pcm.subarray(skipped, Math.max(skipped, trim.end - at));
      at += pcm.length;
      for (let taken = 0; taken < kept.length; ) {
        const part = kept.subarray(taken, taken + PIECE_SAMPLES - filled);
        piece.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled < PIECE_SAMPLES) continue;
        yield piece;
        piece = new Float32Array(PIECE_SAMPLES);
        filled = 0;
      }
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    if (filled > 0) yield piece.slice(0, filled);
    throw damaged(thrown);
  }
  if (filled > 0) yield piece.slice(0, filled);
  const missing = (stated ?? 0) - ((at ?? begin) - Math.min(trim.start, 0));
  if (missing > SLACK_SECONDS * sampleRate) throw damaged();
}

/** The decoded packets in order, each with its position in samples. */
async function* decoded(track: InputAudioTrack, sampleRate: number, from: number | undefined) {
  for await (const sample of new AudioSampleSink(track).samples(from)) {
    try {
      // The rate must not change, as on the command line.
      if (sample.sampleRate !== sampleRate) throw damaged();
      yield { at: Math.round(sample.timestamp * sampleRate), pcm: mixDown(sample) };
    } finally {
      sample.close();
    }
  }
}

/** The mean of the channels. */
function mixDown(sample: AudioSample): Float32Array<ArrayBuffer> {
  const { numberOfFrames, numberOfChannels } = sample;
  const mono = new Float32Array(numberOfFrames);
  const channel = numberOfChannels === 1 ? mono : new Float32Array(numberOfFrames);
  for (let planeIndex = 0; planeIndex < numberOfChannels; planeIndex += 1) {
    sample.copyTo(channel, { planeIndex, format: "f32-planar" });
    if (channel === mono) break;
    for (let i = 0; i < numberOfFrames; i += 1) mono[i]! += channel[i]! / numberOfChannels;
  }
  return mono;
}

function padded(pcm: Float32Array, gap: number): Float32Array {
  const longer = new Float32Array(gap + pcm.length);
  longer.set(pcm, gap);
  return longer;
}

function damaged(cause?: unknown): SoundError {
  return new SoundError("audio-damaged", "the recording is damaged or cut off", { cause });
}
