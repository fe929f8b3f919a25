// The stable codes of all errors on the page.

import type { ErrorCode } from "sourcing-sound";

/** Codes of the page itself, in addition to the package's. */
export type PageErrorCode =
  | "model-damaged"
  | "model-gone"
  | "model-too-large"
  | "no-model-file"
  | "part-fetch"
  | "unknown";

export type AnyErrorCode = ErrorCode | PageErrorCode;
