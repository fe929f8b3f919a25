// The service worker: caches the whole site, so that it starts without a network.
// It keeps one version until the user accepts the next.
//
// The general engine is as large as all the rest, and few models need it: it is cached once one does.

import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
// The package itself would more than double this script.
import { hasRelaxedSimd } from "../package/src/shared/simd.js";

declare const self: ServiceWorkerGlobalScope & {
  /** The build inserts the list of files here. */
  __WB_MANIFEST: PrecacheEntry[];
};

const isGeneral = ({ url }: PrecacheEntry) => url.includes("sourcing-sound-general-");
const isRelaxed = ({ url }: PrecacheEntry) => url.includes("sourcing-sound-relaxed-");
const isPlain = ({ url }: PrecacheEntry) => url.endsWith(".wasm") && !url.includes("-general-") && !url.includes("-relaxed-");
/** The build of the module that this browser does not take. */
const isUnused = hasRelaxedSimd() ? isPlain : isRelaxed;

const files = self.__WB_MANIFEST as PrecacheEntry[];
precacheAndRoute(files.filter((file) => !isGeneral(file) && !isUnused(file)));
cleanupOutdatedCaches();

const general = files.filter(isGeneral).map(({ url, integrity }) => {
  return { address: new URL(url, self.registration.scope).href, integrity: integrity ?? "" };
});
for (const { address } of general) {
  registerRoute(({ url }) => url.href === address, ({ request }) => generalEngine(request.url));
}

const GENERAL_CACHE = "sourcing-sound-general";

/** From the cache, or from the server and then cached. */
async function generalEngine(address: string): Promise<Response> {
  const cache = await caches.open(GENERAL_CACHE);
  const kept = await cache.match(address);
  if (kept) return kept;
  const integrity = general.find((file) => file.address === address)?.integrity ?? "";
  const response = await fetch(address, { integrity, credentials: "same-origin" });
  // A full disk must not keep the model from being used.
  if (response.ok) await cache.put(address, response.clone()).catch(() => undefined);
  return response;
}

async function keepGeneralEngine(): Promise<void> {
  await Promise.all(general.map(({ address }) => generalEngine(address)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(nextGeneralEngine().catch(() => undefined));
});

/** Who needs the engine of the version before will need that of the next, perhaps without a network. */
async function nextGeneralEngine(): Promise<void> {
  const cache = await caches.open(GENERAL_CACHE);
  if ((await cache.keys()).length > 0) await keepGeneralEngine();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldEngines().catch(() => undefined));
});

async function forgetOldEngines(): Promise<void> {
  const cache = await caches.open(GENERAL_CACHE);
  for (const { url } of await cache.keys()) {
    if (!general.some(({ address }) => address === url)) await cache.delete(url);
  }
}

// The scope's own address, with any query, is the page. Everything else is a file,
// or the server answers that it is not there.
const page = new URL(self.registration.scope).pathname.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { allowlist: [new RegExp(`^${page}(\\?|$)`)] }));

self.addEventListener("message", (event) => {
  const type = (event.data as { type?: unknown } | undefined)?.type;
  if (type === "SKIP_WAITING") void self.skipWaiting();
  if (type === "KEEP_GENERAL_ENGINE") event.waitUntil(keepGeneralEngine().catch(() => undefined));
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
