// Writes events to the history: when they start, every few seconds while they
// last, and when they end, so that a crash loses little.

import type { ModelInfo, Recording, SoundEvent, Update } from "sourcing-sound";
import { steadyNow } from "../late/steady-clock.js";
import type { HistoryEvent, HistoryStore, OtherScore } from "./store.js";

const WRITE_MS = 5000;
/** Length of the sound that is kept with an event. */
export const CLIP_SECONDS = 4;

/** How many of the labels that came next are kept with an event, and the least score of one. */
const OTHERS = 3;
const LEAST_OTHER = 0.01;

/** A clip that would be taken this much too late would contain another sound. Updates come up to two seconds apart. */
const LATE_MS = 2500;

export type Trouble = "audio-dropped" | "not-kept";

export interface RecorderParts {
  store: Promise<HistoryStore>;
  recent(seconds: number): Promise<Recording | undefined>;
  keepAudio(): boolean;
  maxClips(): number;
  /** Something was not saved; reported once per session. */
  troubled(what: Trouble): void;
}

interface Open {
  event: HistoryEvent;
  writtenAt: number;
}

/** A clip that is to be taken. */
interface Due {
  id: string;
  /** Time of the update at which it is taken. */
  from: number;
  /** The same in milliseconds since 1970. */
  at: number;
}

export class HistoryRecorder {
  readonly #parts: RecorderParts;
  readonly #open = new Map<string, Open>();
  #due: Due[] = [];
  #info: ModelInfo | undefined;
  #reported = new Set<Trouble>();
  /** Writes are queued, so that no older state overwrites a newer one. */
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  begin(info: ModelInfo): void {
    this.end();
    this.#info = info;
    this.#reported = new Set();
  }

  update(update: Update, now = steadyNow()): void {
    for (const event of update.events) this.#take(event, update, now);
    this.#keepDue(update.time);
  }

  end(): void {
    for (const { event } of this.#open.values()) this.#write({ ...event, open: 0 });
    this.#open.clear();
    this.#keepDue(Infinity);
  }

  /** Resolves when all events so far are written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #take({ label, onset, offset, score }: SoundEvent, { time, categories }: Update, now: number): void {
    const info = this.#info;
    if (!info) return;
    const key = `${label} ${onset}`;
    const known = this.#open.get(key);
    // By the time of the sound itself, so that a change of the clock affects no duration.
    const lasts = Math.max(0, ((offset ?? time) - onset) * 1000);
    const others = othersOf(label, categories);
    if (known) {
      if (score > known.event.score) known.event.others = others;
      known.event = { ...known.event, score, offset: known.event.onset + lasts, open: offset === null ? 1 : 0 };
    } else {
      const began = now - (time - onset) * 1000;
      const event: HistoryEvent = {
        id: crypto.randomUUID(),
        label,
        model: info.name,
        onset: began,
        offset: began + lasts,
        open: offset === null ? 1 : 0,
        score,
        others,
        hasClip: false,
      };
      this.#open.set(key, { event, writtenAt: -Infinity });
      // Right after the start the microphone has too little sound for a whole clip.
      const from = Math.max(time + clipDelay(info), CLIP_SECONDS);
      if (this.#parts.keepAudio()) this.#due.push({ id: event.id, from, at: now + (from - time) * 1000 });
    }
    const open = this.#open.get(key)!;
    if (offset !== null || now - open.writtenAt >= WRITE_MS) {
      open.writtenAt = now;
      this.#write(open.event, known === undefined);
    }
    if (offset !== null) this.#open.delete(key);
  }

  #keepDue(time: number): void {
    const ready = this.#due.filter(({ from }) => time >= from);
    this.#due = this.#due.filter(({ from }) => time < from);
    // Sounds that were detected before this script was loaded are over.
    const inTime = ready.filter(({ at }) => steadyNow() - at <= LATE_MS);
    // The user may have switched it off meanwhile.
    if (this.#parts.keepAudio()) for (const { id } of inTime) this.#keepSound(id);
  }

  #write(event: HistoryEvent, fresh = false): void {
    this.#queue("not-kept", (store) => (fresh ? store.put(event) : store.update(event)));
  }

  /** The sound is taken at once, because the microphone keeps only the last seconds; the write is queued. */
  #keepSound(id: string): void {
    const recent = this.#parts.recent(CLIP_SECONDS);
    this.#queue("audio-dropped", async (store) => {
      const recording = await recent;
      if (!recording || recording.pcm.length === 0) return;
      if ((await store.putClip(id, recording)) === "full") this.#trouble("audio-dropped");
      await store.limitClips(this.#parts.maxClips());
    });
  }

  /** Runs in the order of the calls, once the store is open. */
  #queue(what: Trouble, work: (store: HistoryStore) => Promise<void>): void {
    this.#writing = this.#writing.then(() => this.#parts.store).then(work).catch(() => this.#trouble(what));
  }

  #trouble(what: Trouble): void {
    if (this.#reported.has(what)) return;
    this.#reported.add(what);
    this.#parts.troubled(what);
  }
}

function othersOf(label: string, categories: Update["categories"]): OtherScore[] {
  const falling = categories.filter((other) => other.label !== label && other.score >= LEAST_OTHER).sort((a, b) => b.score - a.score);
  return falling.slice(0, OTHERS).map(({ label, score }) => ({ label, score }));
}

/** How long after an event is reported its clip is taken, so that the clip has its start as well as what follows. */
function clipDelay({ segmentSeconds, smoothingSeconds }: ModelInfo): number {
  return Math.max(0, (CLIP_SECONDS - segmentSeconds - smoothingSeconds) / 2);
}
