// The decoder's thread: decodes one recording with the project's own decoder. It reads the file where it needs it, so only a
// piece of it is ever in memory. Workers may wait for a file; a page may not.

import init, { WasmDecoder } from "../../wasm/sourcing_sound_decoder.js";
import { type FromDecoder, STATE_BYTES, type ToDecoder, type ToOpen, UNREADABLE, WAITING } from "../shared/decoding.js";

declare const self: DedicatedWorkerGlobalScope;

let decoder: WasmDecoder | undefined;
let crashed = false;

self.onmessage = ({ data }: MessageEvent<ToDecoder>) => {
  if (!crashed) void answer(data);
};

async function answer(request: ToDecoder): Promise<void> {
  try {
    const reply = "open" in request ? await open(request.open) : proceed(request);
    send(reply, "planes" in reply ? reply.planes.map(({ buffer }) => buffer) : []);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    // Without a code it is a wasm trap or a bug.
    crashed = typeof code !== "string";
    send(typeof code === "string" ? { failed: { code, message } } : { crashed: message });
  }
}

async function open({ module, source, bytes, name }: ToOpen): Promise<FromDecoder> {
  await init({ module_or_path: module });
  decoder = new WasmDecoder(name, bytes, source instanceof Blob ? blobReader(source) : memoryReader(source));
  const { sampleRate, channels, duration } = decoder;
  return { opened: { sampleRate, channels, duration } };
}

function proceed(request: Exclude<ToDecoder, { open: ToOpen }>): FromDecoder {
  if (!decoder) throw new Error("no recording is open");
  if ("skipTo" in request) {
    decoder.skipTo(request.skipTo);
    return { skipped: true };
  }
  const planes = decoder.next(request.next);
  return planes ? { planes } : { ended: decoder.warnings() };
}

/** Reads a file in a browser. */
function blobReader(file: Blob): (at: number, count: number) => Uint8Array {
  const reader = new FileReaderSync();
  return (at, count) => new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + count)));
}

/** Has the thread that owns the file read it: in Node, nothing reads a Blob at once. */
function memoryReader(memory: SharedArrayBuffer): (at: number, count: number) => Uint8Array {
  const state = new Int32Array(memory, 0, 1);
  const bytes = new Uint8Array(memory, STATE_BYTES);
  return (at, count) => {
    Atomics.store(state, 0, WAITING);
    send({ read: { at, count: Math.min(count, bytes.length) } });
    Atomics.wait(state, 0, WAITING);
    const found = Atomics.load(state, 0);
    if (found === UNREADABLE) throw new Error("the file can no longer be read");
    return bytes.slice(0, found);
  };
}

function send(message: FromDecoder, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
