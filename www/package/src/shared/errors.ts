// The one error type of the package and the table of its codes.

/** Codes of the Rust core; `errorCodes()` of the wasm module lists the same. */
export const CORE_CODES = [
  "audio-rate",
  "audio-non-finite",
  "audio-channels",
  "audio-empty",
  "audio-too-short",
  "config",
  "model-format",
  "metadata-missing",
  "metadata-invalid",
  "metadata-version",
  "model-mismatch",
  "head-format",
  "head-mismatch",
  "limit",
  "inference",
] as const;

/** Codes of what goes wrong around the core: in the browser, in Node, or on the way to them. */
export const PLATFORM_CODES = [
  "insecure-context",
  "unsupported",
  "permission-denied",
  "no-microphone",
  "microphone-busy",
  "device-lost",
  "interrupted",
  "audio-read",
  "audio-format",
  "audio-damaged",
  "audio-too-long",
  "model-fetch",
  "wasm-fetch",
  "worker-crashed",
  "aborted",
] as const;

/** A stable, machine-readable name of what went wrong. */
export type ErrorCode = (typeof CORE_CODES)[number] | (typeof PLATFORM_CODES)[number];

const KNOWN: ReadonlySet<string> = new Set([...CORE_CODES, ...PLATFORM_CODES]);

/** What a browser may lack; each makes an error with the code `unsupported`. */
export type Missing = "microphone access" | "AudioWorklet" | "WebAssembly" | "WebAssembly SIMD";

/** Every failure of this package. Decide by `code`; `message` is for people and may change. */
export class SoundError extends Error {
  override readonly name = "SoundError";
  readonly code: ErrorCode;
  /** Of `unsupported`: what is missing, where that is known. */
  readonly missing: Missing | undefined;

  /** Whichever of the package's scripts made it: each of them has a copy of this class. */
  static override [Symbol.hasInstance](thrown: unknown): boolean {
    if (this !== SoundError) return Function.prototype[Symbol.hasInstance].call(this, thrown);
    return thrown instanceof Error && thrown.name === "SoundError" && "code" in thrown;
  }

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; missing?: Missing }) {
    super(message, options);
    this.code = code;
    this.missing = options?.missing;
  }
}

/** An error as it crosses between threads, where classes are lost. */
export interface WireError {
  code: ErrorCode;
  message: string;
}

export function fromWire(error: WireError): SoundError {
  return new SoundError(error.code, error.message);
}

/** The coded error inside `thrown`, or `undefined` when it carries no known code. */
export function toWire(thrown: unknown): WireError | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  const { code, message } = thrown;
  return typeof code === "string" && KNOWN.has(code) ? { code: code as ErrorCode, message } : undefined;
}

/** The error of an aborted call, with the signal's own reason as its cause. */
export function abortedError(signal: AbortSignal): SoundError {
  return new SoundError("aborted", "the call was aborted by its signal", { cause: signal.reason });
}

/** The error of a browser that lacks something. */
export function missingError(missing: Missing): SoundError {
  return new SoundError("unsupported", `this browser does not have ${missing}`, { missing });
}

/** The words of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
