// Reads what neither the reader of WAV files nor the browser can decode, with the project's own decoder. Each recording has its
// own thread, so that one on which the decoder fails affects nothing else.

import type { DecodedWarning } from "../shared/decoding.js";
import { type ErrorCode, messageOf, SoundError } from "../shared/errors.js";
import { brokenOffWarning, cutOffWarning, damagedWarning, type SoundWarning } from "../shared/warnings.js";
import { DecoderThread, type Decoding, unexpected } from "./decoder-thread.js";
import { closedError, type Packets } from "./packets.js";
import { checkChannels, Mixer, PIECE_SAMPLES, type Reading } from "./pcm.js";

/**
 * Throws `audio-format` for what it cannot read either, `audio-damaged`, `audio-empty`, `audio-read`, `audio-channels`, `limit`, and
 * `wasm-fetch` if it cannot be loaded.
 */
export async function openDecoder(file: Blob, reading: Reading, decoding: Decoding): Promise<Packets> {
  const first = await DecoderThread.open(file, decoding);
  const { sampleRate, channels, duration } = first.opened;
  const threads = new Set([first.thread]);
  const close = () => {
    for (const thread of threads) thread.end(closedError());
  };
  try {
    checkChannels(reading.channel, channels);
  } catch (thrown) {
    close();
    throw thrown;
  }
  let unused: DecoderThread | undefined = first.thread;
  /** A decoder only goes forwards: reading again needs another one. */
  const fresh = async () => {
    const thread = unused ?? (await DecoderThread.open(file, decoding)).thread;
    unused = undefined;
    threads.add(thread);
    return thread;
  };
  return {
    sampleRate,
    channels,
    duration: duration ?? 0,
    async *pieces({ from = 0, signal } = {}) {
      signal?.throwIfAborted();
      const thread = await fresh();
      const abort = () => thread.end(signal?.reason);
      signal?.addEventListener("abort", abort);
      try {
        signal?.throwIfAborted();
        yield* pieces(thread, sampleRate, from, reading, signal);
      } finally {
        signal?.removeEventListener("abort", abort);
        thread.end(undefined);
        threads.delete(thread);
      }
    },
    close,
  };
}

/** Errors that do not mean that a file breaks off. */
const NOT_OF_THE_FILE: readonly ErrorCode[] = ["aborted", "limit"];

/** Ends where nothing more can be read, with a warning; throws if that is at the very beginning. */
async function* pieces(
  thread: DecoderThread,
  sampleRate: number,
  from: number,
  reading: Reading,
  signal: AbortSignal | undefined,
) {
  const mixer = new Mixer(reading, sampleRate);
  const begin = Math.round(from * sampleRate);
  let frames = begin;
  let ended: readonly DecodedWarning[] | undefined;
  try {
    if (from > 0) await thread.ask({ skipTo: from });
    while (!ended) {
      const answer = await thread.ask({ next: PIECE_SAMPLES });
      if ("ended" in answer) {
        ended = answer.ended;
      } else if ("planes" in answer) {
        const count = answer.planes[0]?.length ?? 0;
        mixer.push(answer.planes, 0, count);
        frames += count;
        yield* mixer.ready.splice(0);
      } else {
        throw unexpected();
      }
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    if (frames === begin || (thrown instanceof SoundError && NOT_OF_THE_FILE.includes(thrown.code))) throw thrown;
    reading.warn(brokenOffWarning(frames / sampleRate, messageOf(thrown)));
  }
  mixer.finish();
  yield* mixer.ready.splice(0);
  for (const warning of ended ?? []) reading.warn(toWarning(warning));
}

function toWarning(warning: DecodedWarning): SoundWarning {
  if (warning.code === "audio-cut-off") return cutOffWarning(warning.time, warning.promised);
  if (warning.code === "audio-damaged") return damagedWarning(warning.time, warning.parts);
  return brokenOffWarning(warning.time, warning.reason);
}
