// What is exported: sounds with their beginning and end.

export interface Row {
  label: string;
  /** Seconds: from a recording's first sample, or since 1970 (UTC) for live events. */
  onset: number;
  offset: number;
  /** 0 to 1. */
  score: number;
  /** Name of the model that detected it. */
  model: string;
  /** Name of the recording, where there is one. */
  file?: string;
}
