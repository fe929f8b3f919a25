// Fetches the wasm module, the model and its head, and reports plainly what arrived instead.

import { abortedError, type ErrorCode, messageOf, missingError, SoundError } from "./errors.js";
import { notify } from "./notify.js";
import type { CommonLoadOptions, Source } from "./options.js";
import { hasSimd } from "./simd.js";

type Kind = { code: Extract<ErrorCode, "wasm-fetch" | "model-fetch">; what: "wasm" | "ONNX" | "JSON" };
const WASM: Kind = { code: "wasm-fetch", what: "wasm" };
const MODEL: Kind = { code: "model-fetch", what: "ONNX" };
const HEAD: Kind = { code: "model-fetch", what: "JSON" };

type Progress = CommonLoadOptions["onProgress"];

/** Returns the model's bytes and calls `onProgress` for each chunk. Throws `model-fetch` or `aborted`. */
export async function fetchModel(source: Source, signal?: AbortSignal, onProgress?: Progress): Promise<ArrayBuffer> {
  return fetchBytes(MODEL, source, signal, onProgress);
}

/** Returns the head's bytes. Throws `model-fetch` or `aborted`. */
export async function fetchHead(source: Source, signal?: AbortSignal): Promise<ArrayBuffer> {
  return fetchBytes(HEAD, source, signal);
}

async function fetchBytes(
  kind: Kind,
  source: Source,
  signal: AbortSignal | undefined,
  onProgress?: Progress,
): Promise<ArrayBuffer> {
  if (!isBytes(source)) return guarded(kind, signal, () => download(kind, source, signal, onProgress));
  const bytes = copyOf(source);
  refuseHtml(kind, bytes, "the bytes given");
  notify(onProgress, bytes.byteLength, bytes.byteLength);
  return bytes;
}

/** Returns the compiled module. Throws `wasm-fetch`, `unsupported` or `aborted`. */
export async function fetchModule(
  source: Source | WebAssembly.Module,
  signal?: AbortSignal,
): Promise<WebAssembly.Module> {
  if (typeof WebAssembly !== "object") {
    throw missingError("WebAssembly");
  }
  if (source instanceof WebAssembly.Module) return source;
  if (!hasSimd()) {
    throw missingError("WebAssembly SIMD");
  }
  return guarded(WASM, signal, async () => {
    if (isBytes(source)) return WebAssembly.compile(source);
    const response = await responseOf(WASM, source, signal);
    if (contentType(response) === "application/wasm") return WebAssembly.compileStreaming(response);
    const bytes = await response.arrayBuffer();
    refuseHtml(WASM, bytes, response.url);
    return WebAssembly.compile(bytes);
  });
}

/** Runs `work` and turns whatever it throws into a coded error. */
async function guarded<T>(kind: Kind, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (signal?.aborted) throw abortedError(signal);
    if (thrown instanceof SoundError) throw thrown;
    throw new SoundError(kind.code, `the ${kind.what} could not be read: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function download(
  kind: Kind,
  source: URL | string | Response,
  signal: AbortSignal | undefined,
  onProgress: Progress,
): Promise<ArrayBuffer> {
  const response = await responseOf(kind, source, signal);
  const bytes = await readBody(response, signal, onProgress);
  refuseHtml(kind, bytes, response.url);
  return bytes;
}

async function readBody(
  response: Response,
  signal: AbortSignal | undefined,
  onProgress: Progress,
): Promise<ArrayBuffer> {
  const { body } = response;
  if (!body || !onProgress) return response.arrayBuffer();
  const total = lengthOf(response);
  let loaded = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      notify(onProgress, loaded, total);
      controller.enqueue(chunk);
    },
  });
  const counted = body.pipeThrough(counter, signal ? { signal } : {});
  const bytes = await new Response(counted).arrayBuffer();
  if (loaded !== total) notify(onProgress, loaded, loaded);
  return bytes;
}

/** The size of the body in bytes; unknown if the server compresses it, since the header then counts compressed bytes. */
function lengthOf({ headers }: Response): number | undefined {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return headers.has("content-encoding") || !Number.isFinite(length) ? undefined : length;
}

async function responseOf(kind: Kind, source: URL | string | Response, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  if (source instanceof Response) {
    response = source;
  } else {
    try {
      response = await fetch(source, { signal: signal ?? null });
    } catch (thrown) {
      if (signal?.aborted) throw abortedError(signal);
      throw new SoundError(kind.code, `${source} could not be fetched: ${messageOf(thrown)}`, { cause: thrown });
    }
  }
  const address = response.url || String(source);
  if (!response.ok) {
    throw new SoundError(kind.code, `${address} answered ${response.status} ${response.statusText}`.trimEnd());
  }
  if (contentType(response) === "text/html") throw htmlError(kind, address);
  return response;
}

function contentType(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/** Some servers answer every unknown address with a page, which the bytes show even if the headers do not. */
function refuseHtml(kind: Kind, bytes: ArrayBuffer, address: string): void {
  if (/^\s*<(!doctype|html)/i.test(new TextDecoder().decode(bytes.slice(0, 64)))) throw htmlError(kind, address);
}

function htmlError(kind: Kind, address: string): SoundError {
  // Where Vite's development server puts scripts of packages, without their files.
  const why = address.includes("/deps/")
    ? 'Vite has moved the script but not its files: set optimizeDeps.exclude to ["sourcing-sound"]'
    : "the server has no such file";
  return new SoundError(kind.code, `${address}: this is HTML, not ${kind.what}; ${why}`);
}

function isBytes(source: unknown): source is BufferSource {
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source);
}

/** The package keeps the bytes for a later restart, so it needs its own copy. */
function copyOf(source: BufferSource): ArrayBuffer {
  const view = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return view.slice().buffer;
}
