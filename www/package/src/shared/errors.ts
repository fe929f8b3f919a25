// The package's only error type, and its codes.

/** The codes of the Rust core; the wasm module's `errorCodes()` lists the same ones. */
export const CORE_CODES = [
  "audio-rate",
  "audio-non-finite",
  "audio-channels",
  "audio-empty",
  "audio-silent",
  "audio-too-short",
  "config",
  "model-format",
  "model-operators",
  "metadata-missing",
  "metadata-invalid",
  "metadata-version",
  "model-mismatch",
  "head-format",
  "head-mismatch",
  "limit",
  "inference",
] as const;

/** The codes of failures outside the core: in the browser, in Node, or while loading. */
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

/** A stable, machine-readable name for what went wrong. */
export type ErrorCode = (typeof CORE_CODES)[number] | (typeof PLATFORM_CODES)[number];

/** What a browser may lack. Each leads to an error with the code `unsupported`. */
export type Missing = "microphone access" | "AudioWorklet" | "WebAssembly" | "WebAssembly SIMD";

/** Every failure of this package. Rely on `code`; `message` is for people and may change. */
export class SoundError extends Error {
  override readonly name = "SoundError";
  readonly code: ErrorCode;
  /** What is missing, if the code is `unsupported` and it is known. */
  readonly missing: Missing | undefined;

  /** Recognises errors from any of the package's scripts: each script has its own copy of this class. */
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

/** An error on its way between threads, which does not keep its class. */
export interface WireError {
  code: ErrorCode;
  message: string;
}

export function fromWire(error: WireError): SoundError {
  return new SoundError(error.code, error.message);
}

/** The error to send for `thrown`, or `undefined` if it has no known code. */
export function toWire(thrown: unknown): WireError | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  const { code, message } = thrown;
  // Joined here, so that the tables stay out of a page that does not use them.
  const known: readonly unknown[] = [...CORE_CODES, ...PLATFORM_CODES];
  return known.includes(code) ? { code: code as ErrorCode, message } : undefined;
}

/** The error for an aborted call, with the signal's own reason as its cause. */
export function abortedError(signal: AbortSignal): SoundError {
  return new SoundError("aborted", "the call was aborted by its signal", { cause: signal.reason });
}

/** The error for a browser that lacks something. */
export function missingError(missing: Missing): SoundError {
  return new SoundError("unsupported", `this browser does not have ${missing}`, { missing });
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
