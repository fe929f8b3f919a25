/// <reference types="vite/types/importMeta.d.ts" />
// Registers the service worker and offers new versions. Until the user accepts
// one, the page keeps the version with which it was loaded.

import { ownScript } from "../ui/trusted.js";
import { UpdatePrompt } from "./update-prompt.js";

const HOUR_MS = 60 * 60 * 1000;

export function prepareUpdates(): void {
  // Insecure pages and some private windows have no service worker; the page works without.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker
    .register(ownScript(new URL("sw.js", document.baseURI)))
    .then(keepUpToDate)
    // Refused or not reachable: the page works without.
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
    // The very first worker replaces none: nothing to offer.
    if (!worker || !registration.active || registration.active === worker) return;
    const check = () => {
      if (worker.state === "installed") {
        prompt.offer(() => {
          asked = true;
          registration.waiting?.postMessage({ type: "SKIP_WAITING" });
        });
      }
      // A page that no worker controls gets no `controllerchange`.
      if (worker.state === "activated") changed();
    };
    worker.addEventListener("statechange", check);
    check();
  };

  follow(registration.waiting);
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  navigator.serviceWorker.addEventListener("controllerchange", changed);

  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, HOUR_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}
