// Browsers end a worker without an event when it takes too much memory, or when their user ends it. They then release its
// locks.

import type { WorkerLife } from "../shared/worker-link.js";

/** For the next worker; `undefined` where there are no locks: on pages that are not secure, and in old browsers. */
export function workerLife(): WorkerLife | undefined {
  if (!globalThis.isSecureContext || globalThis.navigator?.locks === undefined) return undefined;
  const lock = `sourcing-sound-worker-${crypto.randomUUID()}`;
  const watch = (over: () => void) => {
    const watching = new AbortController();
    navigator.locks.request(lock, { signal: watching.signal }, over).catch(() => undefined);
    return () => watching.abort();
  };
  return { lock, watch };
}
