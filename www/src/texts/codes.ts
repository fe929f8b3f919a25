// What can go wrong on the page, by stable names.

import type { ErrorCode } from "sourcing-sound";

/** What can only go wrong on this page, beside the package's own codes. */
export type PageErrorCode =
  | "model-damaged"
  | "model-gone"
  | "model-too-large"
  | "no-model-file"
  | "unknown";

export type AnyErrorCode = ErrorCode | PageErrorCode;
