// The service worker: caches the whole site, so that it starts without a network.
// It keeps one version until the user accepts the next.

import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

declare const self: ServiceWorkerGlobalScope & {
  /** The build inserts the list of files here. */
  __WB_MANIFEST: PrecacheEntry[];
};

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

// The scope's own address, with any query, is the page. Everything else is a file,
// or the server answers that it is not there.
const page = new URL(self.registration.scope).pathname.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { allowlist: [new RegExp(`^${page}(\\?|$)`)] }));

self.addEventListener("message", ({ data }) => {
  if ((data as { type?: unknown } | undefined)?.type === "SKIP_WAITING") void self.skipWaiting();
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(showPage());
});

/** Brings the page to the front, or opens it if it was closed. */
async function showPage(): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find(({ url }) => url.startsWith(self.registration.scope));
  if (open) await open.focus();
  else await self.clients.openWindow(self.registration.scope);
}
