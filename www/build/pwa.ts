// The site as an app: icons, manifest and service worker.

import type { Plugin, PluginOption, ResolvedConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { icons } from "./icons.js";
import { MANIFEST } from "./manifest.js";
import { complete, KEPT, LARGEST_BYTES, withIntegrity } from "./precache.js";

export function pwa(): PluginOption {
  let config: ResolvedConfig | undefined;
  const outDir = () => {
    if (!config) throw new Error("the service worker is built before Vite has its configuration");
    return config.build.outDir;
  };
  return [
    icons(),
    { name: "sourcing-sound-out-dir", configResolved: (resolved) => void (config = resolved) },
    unregister(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      // The page registers it and asks before updating: see src/pwa/update.ts.
      injectRegister: false,
      registerType: "prompt",
      manifest: MANIFEST,
      // They are among the files of `KEPT`.
      includeManifestIcons: false,
      integration: {
        // The plugin would list the manifest a second time.
        beforeBuildServiceWorker: ({ injectManifest }) => void (injectManifest.additionalManifestEntries = []),
      },
      injectManifest: {
        // A classic script: not every browser accepts a module as service worker.
        rollupFormat: "iife",
        globPatterns: KEPT,
        maximumFileSizeToCacheInBytes: LARGEST_BYTES,
        // Their names contain a hash of their contents.
        dontCacheBustURLsMatching: /^assets\//,
        manifestTransforms: [complete, withIntegrity(outDir)],
      },
    }),
  ];
}

/** A service worker that unregisters itself and reloads the open pages from the server. */
const LEAVING = `
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(registration.unregister()
  .then(() => clients.matchAll({ type: "window" }))
  .then((pages) => Promise.all(pages.map((page) => page.navigate(page.url))))));
`;

/** The development server has no service worker; one that a built site left at the same address would hide the sources. */
function unregister(): Plugin {
  return {
    name: "sourcing-sound-no-service-worker",
    apply: "serve",
    configureServer({ middlewares, config }) {
      middlewares.use(`${config.base}sw.js`, (_, response) => {
        response.setHeader("content-type", "text/javascript").end(LEAVING);
      });
    },
  };
}
