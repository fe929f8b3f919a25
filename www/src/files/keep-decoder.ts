// Keeps the decoder for visits without a network, once a recording has needed it.

/** The decoder's module, which the package loads for the first recording that the browser cannot decode. */
const MODULE = /\/sourcing-sound-decoder[^/]*\.wasm$/;

/**
 * Asks the service worker to cache the decoder when it is loaded. On the first visit no service worker sees the page's own
 * requests, and the answer to this one is then in the browser's HTTP cache.
 */
export function keepDecoderOnceLoaded(): void {
  if (!("serviceWorker" in navigator) || typeof PerformanceObserver === "undefined") return;
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(({ name }) => MODULE.test(name))) return;
    observer.disconnect();
    void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ type: "KEEP_DECODER" }));
  });
  observer.observe({ type: "resource", buffered: true });
}
