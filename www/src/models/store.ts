// The model files: from the browser's cache where they are whole, from the
// server otherwise. What is handed out has the SHA-256 that the manifest says.

import { SoundError } from "sourcing-sound";
import { PageError } from "../page-error.js";
import { addressOf, type Choice, type HeadEntry, type ModelEntry } from "./manifest.js";

const CACHE = "sourcing-sound-models";

type Entry = ModelEntry | HeadEntry;

export interface DownloadOptions {
  signal: AbortSignal;
  /** Told of every piece that comes from the server; of nothing when the cache has it. */
  onProgress(loadedBytes: number): void;
}

/** The file's bytes, verified. Throws `model-fetch`, `model-damaged`, `model-gone`, or what the signal says. */
export async function fileOf(entry: Entry, options: DownloadOptions): Promise<ArrayBuffer> {
  const cache = await openCache();
  const kept = await fromCache(cache, entry);
  if (kept) return kept;
  const bytes = await download(entry, options);
  await keep(cache, entry, bytes);
  return bytes;
}

/** Keeps what the person opened. False where the browser does not. */
export async function keepOwn(entry: Entry, bytes: ArrayBuffer): Promise<boolean> {
  return keep(await openCache(), entry, bytes);
}

/** Forgets what none of the choices needs any more. */
export async function forgetAllBut(choices: readonly Choice[]): Promise<void> {
  const cache = await openCache();
  if (!cache) return;
  const needed = new Set(choices.flatMap(({ model, head }) => (head ? [keyOf(model), keyOf(head)] : [keyOf(model)])));
  for (const { url } of await cache.keys()) if (!needed.has(url)) await cache.delete(url);
}

/** `undefined` where the browser has no cache for this page or refuses it: the page then works without. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(CACHE);
  } catch {
    return undefined;
  }
}

async function fromCache(cache: Cache | undefined, entry: Entry): Promise<ArrayBuffer | undefined> {
  try {
    const bytes = await (await cache?.match(keyOf(entry)))?.arrayBuffer();
    if (!bytes) return undefined;
    if (await isWhole(entry, bytes)) return bytes;
    await cache?.delete(keyOf(entry));
  } catch {
    // What cannot be read is fetched.
  }
  return undefined;
}

async function keep(cache: Cache | undefined, entry: Entry, bytes: ArrayBuffer): Promise<boolean> {
  try {
    await cache?.put(keyOf(entry), new Response(bytes));
    return cache !== undefined;
  } catch {
    // A full disk is no reason not to listen.
    return false;
  }
}

async function download(entry: Entry, options: DownloadOptions): Promise<ArrayBuffer> {
  if (entry.file === undefined) throw new PageError("model-gone");
  // A copy that the browser kept for itself may be the damaged one: the second time it is passed by.
  for (const cache of ["default", "reload"] as const) {
    const bytes = await downloadOnce(addressOf(entry.file), cache, options);
    if (await isWhole(entry, bytes)) return bytes;
  }
  throw new PageError("model-damaged");
}

async function downloadOnce(
  address: URL,
  cache: RequestCache,
  { signal, onProgress }: DownloadOptions,
): Promise<ArrayBuffer> {
  try {
    const response = await fetch(address, { signal, cache });
    if (!response.ok) throw new SoundError("model-fetch", `${address} answered ${response.status}`);
    if (!response.body) return await response.arrayBuffer();
    let loaded = 0;
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, onwards) {
        loaded += piece.byteLength;
        onProgress(loaded);
        onwards.enqueue(piece);
      },
    });
    return await new Response(response.body.pipeThrough(counter, { signal })).arrayBuffer();
  } catch (cause) {
    if (signal.aborted || cause instanceof SoundError) throw cause;
    throw new SoundError("model-fetch", `${address} could not be fetched`, { cause });
  }
}

async function isWhole({ bytes: size, sha256 }: Entry, bytes: ArrayBuffer): Promise<boolean> {
  if (bytes.byteLength !== size) return false;
  // Insecure pages have no digest; neither have they a cache that could be spoilt.
  const digest = await digestOf(bytes);
  return digest === undefined || digest === sha256;
}

/** SHA-256 in 64 lower-case hexadecimal digits; `undefined` on insecure pages. */
export async function digestOf(bytes: ArrayBuffer): Promise<string | undefined> {
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (!subtle) return undefined;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keyOf({ sha256 }: Entry): string {
  return new URL(`models/sha256-${sha256}`, document.baseURI).href;
}
