// What the history keeps, and where: in the browser's database, or in memory if
// the browser refuses one.

import type { Recording } from "sourcing-sound";

/** A detected sound. Times are milliseconds since 1970. */
export interface HistoryEvent {
  id: string;
  /** As the model names it. */
  label: string;
  /** Name of the model that detected it. */
  model: string;
  onset: number;
  /** Its end; for an open event, when it was last detected. */
  offset: number;
  /** 1 while it lasts. */
  open: 0 | 1;
  /** Highest score, 0 to 1. */
  score: number;
  /** The labels that came next when it had that score, best first; absent in events of earlier versions. */
  others?: OtherScore[];
  /** Whether a clip of it is kept. */
  hasClip: boolean;
}

/** A label that was considered, but is not the answer. */
export interface OtherScore {
  label: string;
  /** 0 to 1. */
  score: number;
}

/** The sound of an event. */
export interface HistoryClip {
  /** Id of the event. */
  id: string;
  /** When it was saved; the oldest are deleted first. */
  at: number;
  sampleRate: number;
  /** 16 bits per sample, as in a WAV file: half the size of the samples that the page works with. */
  samples: ArrayBuffer;
}

export interface HistoryStore {
  /** Whether it is still there when the page is opened again. */
  readonly lasting: boolean;
  /** Called when anything has changed, here or in another window. */
  onchange: () => void;
  /** Called when the browser has deleted what was kept, for example because the user cleared the page's data. */
  onlost: () => void;
  /** A new event. */
  put(event: HistoryEvent): Promise<void>;
  /** Saves an event's new state, except for `hasClip`. An event that was deleted in the meantime stays deleted. */
  update(event: HistoryEvent): Promise<void>;
  /** Saves the sound of an event. "full": there is no room, and it was not saved. */
  putClip(id: string, recording: Recording): Promise<"kept" | "full">;
  /** Deletes the oldest clips until at most `most` are left. */
  limitClips(most: number): Promise<void>;
  clip(id: string): Promise<Recording | undefined>;
  /** Events that start at or after `from` and before `to` (milliseconds), in order of their start. */
  between(from: number, to: number): Promise<HistoryEvent[]>;
  remove(id: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** Keeps events until the page is closed, and no clips. */
export class MemoryStore implements HistoryStore {
  readonly lasting = false;
  readonly #events = new Map<string, HistoryEvent>();
  onchange = () => {};
  onlost = () => {};

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
