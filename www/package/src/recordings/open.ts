// Reads a recording piece by piece, at the file's own sample rate. Only the current
// piece is in memory, so a recording can be hours long.

import { abortedError, type ErrorCode, SoundError } from "../shared/errors.js";
import { silence } from "../shared/input.js";
import { notify } from "../shared/notify.js";
import type { OpenAs, ReadWhole, Recording, RecordingReader } from "../shared/types.js";
import type { SoundWarning } from "../shared/warnings.js";
import { openDecoder } from "./decoder.js";
import type { Decoding } from "./decoder-thread.js";
import { checkNames } from "../shared/options.js";
import { closedError, openPackets, type Packets } from "./packets.js";
import { mixBuffer, PIECE_SAMPLES, type Reading } from "./pcm.js";
import { decodeWhole } from "./whole.js";

/** The longest recording that is read in one piece. */
const MAX_SECONDS = 3600;

/**
 * Throws `audio-format`, `audio-empty`, `audio-damaged`, `audio-read`, `audio-channels`, `limit` for more than 64 channels, or
 * `wasm-fetch` if the decoder cannot be loaded.
 */
export function openFile(file: Blob, as: OpenAs & { whole?: undefined }, decoding: Decoding): Promise<RecordingReader>;
/** Reads all of it at once. Also throws what the reader throws, `limit` for more than an hour or than there is memory for, and `aborted`. */
export function openFile(file: Blob, as: OpenAs, decoding: Decoding): Promise<Recording | RecordingReader>;
export async function openFile(file: Blob, as: OpenAs, decoding: Decoding): Promise<Recording | RecordingReader> {
  const { whole, channel, onWarning } = as;
  if (file.size === 0) throw new SoundError("audio-empty", "the file has no bytes");
  const warnings: SoundWarning[] = [];
  const warn = (warning: SoundWarning) => {
    // A recording that is read twice warns once.
    if (warnings.some(({ code }) => code === warning.code)) return;
    warnings.push(warning);
    notify(onWarning, warning);
  };
  const reading = { channel, warn };
  const packets = (await openPackets(file, reading)) ?? (await openOther(file, reading, decoding));
  const reader = readerOf(packets, warnings);
  return whole ? readAll(reader, whole) : reader;
}

/** Checks its options, and reads nothing once it is closed. */
function readerOf(packets: Packets, warnings: readonly SoundWarning[]): RecordingReader {
  let closed = false;
  return {
    ...packets,
    warnings,
    async *pieces(options = {}) {
      checkNames("pieces", options, ["from", "signal"]);
      const { from = 0 } = options;
      if (!(Number.isFinite(from) && from >= 0)) {
        throw new SoundError("config", `from: expected seconds, at least 0, got ${String(from)}`);
      }
      if (closed) throw closedError();
      for await (const piece of packets.pieces(options)) {
        if (closed) throw closedError();
        yield piece;
      }
    },
    close() {
      closed = true;
      packets.close();
    },
  };
}

/** The samples of what the browser has decoded. Throws `audio-channels`. */
export function openBuffer(buffer: AudioBuffer, { channel, onWarning }: OpenAs): Recording {
  return { pcm: mixBuffer(buffer, { channel, warn: (warning) => notify(onWarning, warning) }), sampleRate: buffer.sampleRate };
}

async function readAll(reader: RecordingReader, { signal }: ReadWhole): Promise<Recording> {
  const { sampleRate } = reader;
  const pieces: Float32Array[] = [];
  let length = 0;
  try {
    for await (const piece of reader.pieces({ signal })) {
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_SECONDS * sampleRate) throw new SoundError("limit", "the recording is longer than an hour");
    }
  } catch (thrown) {
    if (signal?.aborted) throw abortedError(signal);
    throw thrown;
  } finally {
    reader.close();
  }
  const pcm = silence(length);
  let at = 0;
  for (const piece of pieces) {
    pcm.set(piece, at);
    at += piece.length;
  }
  return { pcm, sampleRate };
}

/** Failures after which another way to read the file may succeed. */
const RETRIED: readonly ErrorCode[] = ["audio-format", "audio-damaged", "audio-too-long", "wasm-fetch", "unsupported"];

/**
 * Opens what cannot be read packet by packet. A browser without WebCodecs may still decode it in one piece; one with them hardly
 * ever.
 */
async function openOther(file: Blob, reading: Reading, decoding: Decoding): Promise<Packets> {
  const decode = () => openDecoder(file, reading, decoding);
  const whole = () => openWhole(file, reading);
  if (typeof OfflineAudioContext === "undefined") return decode();
  if (typeof AudioDecoder === "undefined") return whole().catch((thrown: unknown) => (isRetried(thrown) ? decode() : raise(thrown)));
  return decode().catch((thrown: unknown) => (isRetried(thrown) ? whole().catch(() => raise(thrown)) : raise(thrown)));
}

function isRetried(thrown: unknown): boolean {
  return thrown instanceof SoundError && RETRIED.includes(thrown.code);
}

function raise(thrown: unknown): never {
  throw thrown;
}

async function openWhole(file: Blob, reading: Reading): Promise<Packets> {
  const { pcm, sampleRate, channels } = await decodeWhole(file, reading);
  if (pcm.length === 0) throw new SoundError("audio-empty", "the file has no samples");
  return {
    sampleRate,
    channels,
    duration: pcm.length / sampleRate,
    async *pieces({ from = 0, signal } = {}) {
      for (let at = Math.round(from * sampleRate); at < pcm.length; at += PIECE_SAMPLES) {
        signal?.throwIfAborted();
        yield pcm.slice(at, at + PIECE_SAMPLES);
      }
    },
    close() {},
  };
}
