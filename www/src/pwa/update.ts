/// <reference types="vite/types/importMeta.d.ts" />
// Registers the service worker and offers its next version. Until the person
// takes it, the page goes on with the version that it was loaded with.

import { UpdatePrompt } from "./update-prompt.js";

const HOUR_MS = 60 * 60 * 1000;

/** Registers once `started` is over: what the page loads comes first, and the worker finds it in the browser's cache. */
export function prepareUpdates(started: Promise<unknown> = Promise.resolve()): void {
  // Insecure pages and some private windows have no service worker: the page works without.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void started
    .catch(() => undefined)
    .then(() => navigator.serviceWorker.register(new URL("sw.js", document.baseURI)))
    .then(keepUpToDate)
    // Refused or out of reach: the page works without.
    .catch(() => undefined);
}

function keepUpToDate(registration: ServiceWorkerRegistration): void {
  const prompt = new UpdatePrompt();
  let asked = false;
  let reloaded = false;

  const reload = () => {
    if (reloaded) return;
    reloaded = true;
    location.reload();
  };
  const changed = () => (asked ? reload() : prompt.outdated(reload));

  const follow = (worker: ServiceWorker | null) => {
    // The first of all takes nobody's place: there is nothing to tell.
    if (!worker || !registration.active || registration.active === worker) return;
    const tell = () => {
      if (worker.state === "installed") {
        prompt.offer(() => {
          asked = true;
          registration.waiting?.postMessage({ type: "SKIP_WAITING" });
        });
      }
      // A page that was opened past any service worker learns of it only here.
      if (worker.state === "activated") changed();
    };
    worker.addEventListener("statechange", tell);
    tell();
  };

  follow(registration.waiting);
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  navigator.serviceWorker.addEventListener("controllerchange", changed);

  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, HOUR_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}
