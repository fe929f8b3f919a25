import type { PageErrorCode } from "./texts/codes.js";

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
