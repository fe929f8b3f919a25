// Ends the events that are open when a stream ends.

import type { StreamUpdate } from "./protocol.js";

/** Repeats an update with all open events ended at `time`; `undefined` if none was open. */
export function withEventsEnded(update: StreamUpdate, time: number): StreamUpdate | undefined {
  const open = update.events.filter(({ offset }) => offset === null);
  if (open.length === 0) return undefined;
  return { ...update, time, events: open.map((event) => ({ ...event, offset: time })) };
}
