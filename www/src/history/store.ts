// Where the history is kept: the browser's own database, or the page's memory
// where the browser refuses one.

import type { Recording } from "sourcing-sound";

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

export interface HistoryStore {
  /** Whether it outlives the page. */
  readonly lasting: boolean;
  /** Called when anything has changed, here or in another window. */
  onchange: () => void;
  /** A new event. */
  put(event: HistoryEvent): Promise<void>;
  /** An event as it is now, but for whether its sound is kept; one that was deleted meanwhile stays deleted. */
  update(event: HistoryEvent): Promise<void>;
  /** Keeps the sound of an event. "full": there is no room, and the sound is not kept. */
  putClip(id: string, recording: Recording): Promise<"kept" | "full">;
  /** Drops the oldest sounds beyond so many. */
  limitClips(most: number): Promise<void>;
  clip(id: string): Promise<Recording | undefined>;
  /** Those that begin from `from` on and before `to` (milliseconds), in the order of their beginning. */
  between(from: number, to: number): Promise<HistoryEvent[]>;
  remove(id: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** Keeps events until the page is closed, and no sound. */
export class MemoryStore implements HistoryStore {
  readonly lasting = false;
  readonly #events = new Map<string, HistoryEvent>();
  onchange = () => {};

  async put(event: HistoryEvent): Promise<void> {
    this.#events.set(event.id, event);
    this.onchange();
  }

  async update(event: HistoryEvent): Promise<void> {
    if (this.#events.has(event.id)) await this.put(event);
  }

  async putClip(): Promise<"full"> {
    return "full";
  }

  async limitClips(): Promise<void> {}

  async clip(): Promise<undefined> {
    return undefined;
  }

  async between(from: number, to: number): Promise<HistoryEvent[]> {
    const found = [...this.#events.values()].filter(({ onset }) => onset >= from && onset < to);
    return found.sort((a, b) => a.onset - b.onset);
  }

  async remove(id: string): Promise<void> {
    this.#events.delete(id);
    this.onchange();
  }

  async removeAll(): Promise<void> {
    this.#events.clear();
    this.onchange();
  }
}
