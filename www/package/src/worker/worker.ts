// The worker: owns the wasm instance and answers the page's calls.
//
// A coded error is a reply. Anything else thrown is a bug or a wasm trap: the
// instance can no longer be trusted, and the page has to start a new worker.

import type { WasmClassifier, WasmSegments, WasmStream, WasmUpdate } from "../../wasm/sourcing_sound.js";
import { Capture } from "./capture.js";
import { messageOf, SoundError, toWire } from "../shared/errors.js";
import type { CallName, Calls, FromWorker, Request, StreamUpdate } from "../shared/protocol.js";
import type { ModelInfo, SoundExample } from "../shared/types.js";
import { instantiate } from "./module.js";
import { teacherOf } from "./teacher.js";
import { toPrediction, toUpdate } from "./wasm-results.js";

declare const self: DedicatedWorkerGlobalScope;

interface Loaded {
  classifier: WasmClassifier;
  info: ModelInfo;
}

let loaded: Loaded | undefined;
let crashed = false;
const streams = new Map<number, WasmStream>();
/** Recordings in pieces, each with the number of categories to return. */
const segments = new Map<number, { open: WasmSegments; top: number | undefined }>();
const captures = new Map<number, Capture>();

type Handlers = {
  [K in CallName]: (args: Calls[K]["args"]) => Calls[K]["reply"] | Promise<Calls[K]["reply"]>;
};

const handlers: Handlers = {
  async init({ module, model, head, headOnly, lock }) {
    const locked = lock !== undefined && (await holdForLife(lock));
    const Classifier = await instantiate(module);
    const classifier = new Classifier(new Uint8Array(model), head && new Uint8Array(head), headOnly);
    loaded = { classifier, info: classifier.metadata() };
    return { info: loaded.info, locked };
  },

  classify({ pcm, sampleRate, hopSeconds, top }) {
    const { classifier, info } = ready();
    return classifier.classify(pcm, sampleRate, hopSeconds).map((prediction) => toPrediction(info, prediction, top));
  },

  embed({ pcm, sampleRate }) {
    return ready().classifier.embed(pcm, sampleRate);
  },

  examples({ label, recording, pcm, sampleRate }) {
    return ready().classifier.examples(label, recording, pcm, sampleRate);
  },

  async examplesIn({ module, file }) {
    const teacher = await teacherOf(ready().classifier, module);
    return JSON.parse(teacher.examplesIn(new Uint8Array(file))) as SoundExample[];
  },

  async teach({ module, background, name, examples }) {
    const teacher = await teacherOf(ready().classifier, module);
    const { file, report } = teacher.teach(new Uint8Array(background), name, JSON.stringify(examples));
    return { head: new TextEncoder().encode(file), report };
  },

  openSegments({ stream, sampleRate, hopSeconds, top }) {
    segments.set(stream, { open: ready().classifier.segments(sampleRate, hopSeconds), top });
    return undefined;
  },

  pushSegments({ stream, pcm }) {
    const { open, top } = openSegments(stream);
    const { info } = ready();
    const predictions = open.push(pcm).map((prediction) => toPrediction(info, prediction, top));
    return { predictions, columns: open.takeColumns() as Float32Array<ArrayBuffer> };
  },

  finishSegments({ stream }) {
    const { open, top } = openSegments(stream);
    // Finishing frees it, so it must not be freed again.
    segments.delete(stream);
    const { info } = ready();
    return open.finish().map((prediction) => toPrediction(info, prediction, top));
  },

  logMel({ pcm, sampleRate }) {
    return ready().classifier.logMel(pcm, sampleRate) as Float32Array<ArrayBuffer>;
  },

  openStream({ stream, sampleRate, settings }) {
    streams.set(stream, ready().classifier.stream(sampleRate, settings));
    return undefined;
  },

  push({ stream, pcm }) {
    const open = openStream(stream);
    const updates = toUpdates(open.push(pcm));
    return { updates, columns: open.takeColumns() as Float32Array<ArrayBuffer> };
  },

  finish({ stream }) {
    const open = openStream(stream);
    // Finishing frees it, so it must not be freed again.
    streams.delete(stream);
    return toUpdates(open.finish());
  },

  closeStream({ stream }) {
    streams.get(stream)?.free();
    streams.delete(stream);
    segments.get(stream)?.open.free();
    segments.delete(stream);
    captures.get(stream)?.close();
    captures.delete(stream);
    return undefined;
  },

  openCapture({ stream: id, sampleRate, settings, before }) {
    const { classifier, info } = ready();
    const stream = classifier.stream(sampleRate, settings);
    const capture = new Capture({
      id,
      stream,
      info,
      sampleRate,
      start: before.start,
      post: (notice, transfer) => send(notice, transfer),
      failed: (thrown) => captureFailed(id, thrown),
    });
    captures.set(id, capture);
    capture.warmUp(before);
    return undefined;
  },

  listen({ stream, before, port }) {
    const capture = openCapture(stream);
    capture.warmUp(before);
    capture.listen(port);
    return undefined;
  },

  recent({ stream, seconds }) {
    return openCapture(stream).recent(seconds);
  },

  async handOver({ stream, from }) {
    const left = await openCapture(stream).handOver(from);
    handlers.closeStream({ stream });
    return left;
  },

  record({ stream, take, samples, from }) {
    return openCapture(stream).record(take, samples, from);
  },

  endRecord({ stream, take }) {
    captures.get(stream)?.endRecord(take);
    return undefined;
  },
};

/** Takes a lock that this worker never releases: once another can have it, the worker is gone. False where that fails. */
function holdForLife(lock: string): Promise<boolean> {
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    };
    // Refused where the browser keeps no data for the page.
    navigator.locks.request(lock, held).catch(() => resolve(false));
  });
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (!crashed) void answer(data);
};

async function answer({ id, call, args }: Request): Promise<void> {
  try {
    const value = await (handlers[call] as (args: unknown) => unknown)(args);
    send({ id, value: value as Calls[CallName]["reply"] }, transferables(value));
  } catch (thrown) {
    const error = toWire(thrown);
    if (error) send({ id, error });
    else crash(thrown);
  }
}

function captureFailed(id: number, thrown: unknown): void {
  const error = toWire(thrown);
  if (!error) return crash(thrown);
  handlers.closeStream({ stream: id });
  send({ notice: "failed", stream: id, error });
}

function crash(thrown: unknown): void {
  if (crashed) return;
  crashed = true;
  send({ notice: "crashed", message: messageOf(thrown) });
}

function send(message: FromWorker, transfer: Transferable[] = []): void {
  if (!crashed || "notice" in message) self.postMessage(message, transfer);
}

function ready(): Loaded {
  if (!loaded) throw new SoundError("config", "the worker was called before its model was loaded");
  return loaded;
}

function openStream(id: number): WasmStream {
  const stream = streams.get(id);
  if (!stream) throw new SoundError("aborted", "the stream is closed");
  return stream;
}

function openSegments(id: number): { open: WasmSegments; top: number | undefined } {
  const open = segments.get(id);
  if (!open) throw new SoundError("aborted", "the recording is closed");
  return open;
}

function openCapture(id: number): Capture {
  const capture = captures.get(id);
  if (!capture) throw new SoundError("aborted", "the microphone is closed");
  return capture;
}

function toUpdates(updates: WasmUpdate[]): StreamUpdate[] {
  const { info } = ready();
  return updates.map((update) => toUpdate(info, update));
}

/** The buffers to transfer: samples and columns are moved, not copied. */
function transferables(value: unknown): Transferable[] {
  if (value instanceof Float32Array) return [value.buffer];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((part) => (part instanceof Float32Array ? [part.buffer] : []));
}
