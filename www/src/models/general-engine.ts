// Keeps the general engine for visits without a network, once a model in use needs it.

import type { ModelInfo } from "sourcing-sound";

/**
 * Asks the service worker to cache the engine. On the first visit no service worker sees the page's own requests, and the
 * answer to this one is then in the browser's HTTP cache.
 */
export function keepEngineOf({ engine }: ModelInfo): void {
  if (engine !== "general" || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ type: "KEEP_GENERAL_ENGINE" }));
}
