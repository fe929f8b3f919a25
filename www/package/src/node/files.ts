// Reads files in Node: by path, by address, or from bytes.

import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DiskFile } from "./disk-file.js";
import { messageOf, SoundError } from "../shared/errors.js";
import { fetchHead, fetchModel } from "../shared/fetch.js";
import type { Source } from "../shared/options.js";
import { type AudioFile, toBlob } from "../shared/input.js";

type Progress = (loadedBytes: number, totalBytes: number | undefined) => void;

/** Throws `model-fetch` or `aborted`. */
export async function readModel(source: Source, signal?: AbortSignal, onProgress?: Progress): Promise<ArrayBuffer> {
  return fetchModel(await local(source), signal, onProgress);
}

/** Throws `model-fetch` or `aborted`. */
export async function readHead(source: Source, signal?: AbortSignal): Promise<ArrayBuffer> {
  return fetchHead(await local(source), signal);
}

/** Checks the address of a file next to the package's script. Throws `wasm-fetch` if a bundler has moved the script. */
export function ownFile(file: URL): URL {
  if (file.protocol === "file:") return file;
  const remedy = 'leave sourcing-sound out of the bundle (Next.js: serverExternalPackages: ["sourcing-sound"])';
  throw new SoundError("wasm-fetch", `${file.href} is not a file: a bundler has moved the package; ${remedy}`);
}

/** Reads and compiles the package's own module. Throws `wasm-fetch`. */
export async function readModule(file: URL): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(file));
  } catch (cause) {
    throw new SoundError("wasm-fetch", `${file.href} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Opens a recording without reading all of it into memory. Throws `audio-read` or `config`. */
export async function recordingBlob(recording: string | URL | AudioFile): Promise<Blob> {
  if (typeof recording !== "string" && !(recording instanceof URL)) return toBlob(recording);
  try {
    const path = pathOf(recording);
    if (path === undefined) throw new Error("only files are read; fetch it and pass its bytes");
    // Otherwise a file that cannot be read would be reported only while its format is detected.
    await access(path, constants.R_OK);
    return await DiskFile.at(path);
  } catch (cause) {
    throw new SoundError("audio-read", `${recording} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Reads a local file; returns any other source unchanged. Throws `model-fetch`. */
async function local(source: Source): Promise<Source> {
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  try {
    const path = pathOf(source);
    return path === undefined ? source : await readFile(path);
  } catch (cause) {
    throw new SoundError("model-fetch", `${source} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The path of a local file; `undefined` for any other address. Throws for a `file:` address on another machine. */
function pathOf(address: string | URL): string | undefined {
  const text = String(address);
  if (text.startsWith("file:")) return fileURLToPath(text);
  return address instanceof URL || /^(https?|data):/i.test(text) ? undefined : text;
}
