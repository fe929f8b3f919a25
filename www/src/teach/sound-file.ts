// The sound of examples in a `NAME.sound.json`, which has it only if the user asks for it: in addition to what every such file
// has, a list `sounds` of `{ sha256, sample_rate, samples }`. `sha256` is the example's, `samples` is base64 of 16 bits each,
// little-endian.

import { SoundError, type SoundExample } from "sourcing-sound";
import type { KeptSound } from "./kept.js";

/** The core's limit on a head's file. */
export const MOST_BYTES = 64 * 1024 * 1024;
/** The longest sound of an example, with a margin: pieces are at most ten seconds long. */
const MOST_SECONDS = 11;
const RATES = { least: 8000, most: 384_000 };

export type FileSound = Omit<KeptSound, "id">;

/** What an example of another model is made again from. */
export interface Renewable {
  example: Pick<SoundExample, "label" | "recording" | "start" | "sha256">;
  sound: FileSound;
}

/** The file was made for another model. */
export class OtherBase extends SoundError {
  /** `base` is that model's name; `renewable` are the examples whose sound is in the file. */
  constructor(
    readonly base: string,
    readonly renewable: readonly Renewable[],
    cause: unknown,
  ) {
    super("head-mismatch", `the file was made for ${base}`, { cause });
  }
}

/** The file's text with the sounds of its examples, by SHA-256. Throws `limit` if it gets too large. */
export async function withSounds(text: string, sounds: ReadonlyMap<string, FileSound>): Promise<string> {
  const listed: object[] = [];
  let size = text.length;
  for (const [sha256, { sampleRate, samples }] of sounds) {
    const encoded = await toBase64(samples);
    size += encoded.length;
    if (size > MOST_BYTES) throw new SoundError("limit", `the file would be larger than ${MOST_BYTES} bytes`);
    listed.push({ sha256, sample_rate: sampleRate, samples: encoded });
  }
  return `${JSON.stringify({ ...(JSON.parse(text) as object), sounds: listed }, undefined, 2)}\n`;
}

/** The sounds in a file's text, by the SHA-256 of their examples. Throws `head-format` for any that is not valid. */
export function soundsIn(text: string): Map<string, FileSound> {
  const found = new Map<string, FileSound>();
  // Most files have none, and are not read twice.
  if (!text.includes('"sounds"')) return found;
  const { sounds = [] } = parsed(text);
  if (!Array.isArray(sounds)) throw broken("sounds is not a list");
  for (const sound of sounds as unknown[]) {
    const { sha256, sample_rate: sampleRate, samples } = (sound ?? {}) as Record<string, unknown>;
    if (typeof sha256 !== "string" || typeof samples !== "string") throw broken("a sound lacks its SHA-256 or its samples");
    if (typeof sampleRate !== "number" || !(sampleRate >= RATES.least && sampleRate <= RATES.most)) {
      throw broken("a sound has no valid sample rate");
    }
    const bytes = fromBase64(samples);
    if (bytes.byteLength === 0 || bytes.byteLength % 2 > 0 || bytes.byteLength > 2 * MOST_SECONDS * sampleRate) {
      throw broken("a sound is empty, broken or too long");
    }
    found.set(sha256, { sampleRate, samples: bytes });
  }
  return found;
}

/** The contents of a file for another model. Throws `head-format` if its examples are not valid. */
export function otherBase(text: string, cause: unknown): OtherBase {
  const { base, examples = [] } = parsed(text);
  const { name } = (base ?? {}) as Record<string, unknown>;
  if (!Array.isArray(examples)) throw broken("examples is not a list");
  const sounds = soundsIn(text);
  const renewable = (examples as unknown[]).flatMap((given): Renewable[] => {
    const { label, recording, start, sha256 } = (given ?? {}) as Record<string, unknown>;
    const isLabel = label === undefined || (typeof label === "string" && label.trim() !== "");
    if (!isLabel || typeof recording !== "string" || typeof start !== "number" || typeof sha256 !== "string") {
      throw broken("an example lacks its recording, start or SHA-256");
    }
    const sound = sounds.get(sha256);
    return sound ? [{ example: { ...(label !== undefined && { label }), recording, start, sha256 }, sound }] : [];
  });
  return new OtherBase(String(name), renewable, cause);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch (cause) {
    throw broken("it is not JSON", cause);
  }
}

function broken(why: string, cause?: unknown): SoundError {
  return new SoundError("head-format", why, { cause });
}

/** By the browser itself, because there may be tens of megabytes. */
async function toBase64(bytes: ArrayBuffer): Promise<string> {
  const reader = new FileReader();
  const read = new Promise<string>((resolve, reject) => {
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("the sound cannot be read"));
  });
  reader.readAsDataURL(new Blob([bytes]));
  const address = await read;
  return address.slice(address.indexOf(",") + 1);
}

function fromBase64(text: string): ArrayBuffer {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw broken("a sound is not base64", cause);
  }
  return Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer;
}
