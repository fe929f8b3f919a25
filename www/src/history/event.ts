// What the history keeps.

/** A detected sound. Times are milliseconds since 1970. */
export interface HistoryEvent {
  id: string;
  /** The model's own name for it. */
  label: string;
  /** Name of the model that detected it. */
  model: string;
  onset: number;
  /** Its end; while it sounds, when it was detected last. */
  offset: number;
  /** 1 while it sounds. */
  open: 0 | 1;
  /** Highest score, 0 to 1. */
  score: number;
  /** Whether its sound is kept. */
  hasClip: boolean;
}

/** The sound of an event. */
export interface HistoryClip {
  /** The event's. */
  id: string;
  /** When it was kept: the oldest goes first. */
  at: number;
  sampleRate: number;
  /** 16 bits a sample: half of what the page computes with, and as fine as a WAV file. */
  samples: ArrayBuffer;
}
