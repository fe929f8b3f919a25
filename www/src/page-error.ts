import { SoundError } from "sourcing-sound";
import type { AnyErrorCode, PageErrorCode } from "./texts/codes.js";

/** An error of the page itself, not of the package. */
export class PageError extends Error {
  override readonly name = "PageError";

  constructor(
    readonly code: PageErrorCode,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}

/** The code of whatever was thrown; `unknown` if it has none. */
export function codeOf(thrown: unknown): AnyErrorCode {
  return thrown instanceof SoundError || thrown instanceof PageError ? thrown.code : "unknown";
}
