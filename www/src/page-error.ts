import { SoundError } from "sourcing-sound";
import type { AnyErrorCode, PageErrorCode } from "./texts/codes.js";

/** What goes wrong on the page itself rather than in the package. */
export class PageError extends Error {
  override readonly name = "PageError";

  constructor(
    readonly code: PageErrorCode,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
}

/** The code of whatever was thrown; `unknown` where it has none. */
export function codeOf(thrown: unknown): AnyErrorCode {
  return thrown instanceof SoundError || thrown instanceof PageError ? thrown.code : "unknown";
}
