// The model files: from the browser's cache, or from the server if they are not
// there or damaged. Each is checked against its SHA-256 in the manifest.

import { SoundError } from "sourcing-sound";
import { PageError } from "../page-error.js";
import { addressOf, type Choice, type HeadEntry, type ModelEntry } from "./manifest.js";

const CACHE = "sourcing-sound-models";

type Entry = ModelEntry | HeadEntry;

export interface DownloadOptions {
  signal: AbortSignal;
  /** Called for every piece from the server; not called if the file is cached. */
  onProgress(loadedBytes: number): void;
}

/** The file's bytes, checked. Throws `model-fetch`, `model-damaged`, `model-gone`, or the signal's reason. */
export async function fileOf(entry: Entry, options: DownloadOptions): Promise<ArrayBuffer> {
  const cache = await openCache();
  const kept = await fromCache(cache, entry);
  if (kept) return kept;
  const bytes = await download(entry, options);
  await keep(cache, entry, bytes);
  return bytes;
}

/** Saves a file that the user opened. False if the browser does not. */
export async function keepOwn(entry: Entry, bytes: ArrayBuffer): Promise<boolean> {
  return keep(await openCache(), entry, bytes);
}

/** Deletes the files that none of the choices needs. */
export async function forgetAllBut(choices: readonly Choice[]): Promise<void> {
  const cache = await openCache();
  if (!cache) return;
  const needed = new Set(choices.flatMap(({ model, head }) => (head ? [keyOf(model), keyOf(head)] : [keyOf(model)])));
  for (const { url } of await cache.keys()) if (!needed.has(url)) await cache.delete(url);
}

/** `undefined` if the browser has no cache or refuses it: the page works without. */
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
    // It is downloaded again.
  }
  return undefined;
}

async function keep(cache: Cache | undefined, entry: Entry, bytes: ArrayBuffer): Promise<boolean> {
  try {
    await cache?.put(keyOf(entry), new Response(bytes));
    return cache !== undefined;
  } catch {
    // A full disk must not keep the model from being used.
    return false;
  }
}

async function download(entry: Entry, options: DownloadOptions): Promise<ArrayBuffer> {
  if (entry.file === undefined) throw new PageError("model-gone");
  // The browser's HTTP cache may have the damaged copy: the second attempt bypasses it.
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
  // Insecure pages cannot compute a digest; they have no cache either.
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
