// The service worker: caches the whole site, so that it starts without a network.
// It keeps one version until the user accepts the next.
//
// The general engine is as large as all the rest, and few models need it; few recordings need the decoder: each is cached
// once something does.

import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
// The package itself would more than double this script.
import { hasRelaxedSimd } from "../package/src/shared/simd.js";
import { KeptOnUse } from "./pwa/kept-on-use.js";

declare const self: ServiceWorkerGlobalScope & {
  /** The build inserts the list of files here. */
  __WB_MANIFEST: PrecacheEntry[];
};

const isGeneral = ({ url }: PrecacheEntry) => url.includes("sourcing-sound-general-");
const isDecoder = ({ url }: PrecacheEntry) => url.includes("sourcing-sound-decoder-");
const isRelaxed = ({ url }: PrecacheEntry) => url.includes("sourcing-sound-relaxed-");
const isPlain = ({ url }: PrecacheEntry) => /sourcing-sound-(?!general-|relaxed-|decoder-|teacher-)[\w-]*\.wasm$/.test(url);
/** The build of the module that this browser does not take, and that is not cached for it. */
const isUnused = hasRelaxedSimd() ? isPlain : isRelaxed;

const files = self.__WB_MANIFEST as PrecacheEntry[];
precacheAndRoute(files.filter((file) => !isGeneral(file) && !isDecoder(file) && !isUnused(file)));
cleanupOutdatedCaches();

const { scope } = self.registration;
// If the browser has learned relaxed SIMD since this version was installed, it is the one in the cache.
for (const { url } of files.filter(isUnused)) {
  const address = new URL(url, scope).href;
  registerRoute(({ url }) => url.href === address, async ({ request }) => (await caches.match(request)) ?? fetch(request));
}
const generalEngine = new KeptOnUse("sourcing-sound-general", files.filter(isGeneral), scope);
const decoder = new KeptOnUse("sourcing-sound-decoder", files.filter(isDecoder), scope);
const optional = [generalEngine, decoder];
for (const kept of optional) kept.serve();

self.addEventListener("install", (event) => {
  for (const kept of optional) event.waitUntil(kept.keepNext().catch(() => undefined));
});

self.addEventListener("activate", (event) => {
  for (const kept of optional) event.waitUntil(kept.forgetOld().catch(() => undefined));
});

// The scope's own address, with any query, is the page. Everything else is a file,
// or the server answers that it is not there.
const page = new URL(scope).pathname.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { allowlist: [new RegExp(`^${page}(\\?|$)`)] }));

self.addEventListener("message", (event) => {
  const type = (event.data as { type?: unknown } | undefined)?.type;
  if (type === "SKIP_WAITING") void self.skipWaiting();
  if (type === "KEEP_GENERAL_ENGINE") event.waitUntil(generalEngine.keep().catch(() => undefined));
  if (type === "KEEP_DECODER") event.waitUntil(decoder.keep().catch(() => undefined));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(showPage());
});

/** Brings the page to the front, or opens it if it was closed. */
async function showPage(): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find(({ url }) => url.startsWith(scope));
  if (open) await open.focus();
  else await self.clients.openWindow(scope);
}
