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
      // The page does both itself: see src/pwa/update.ts.
      injectRegister: false,
      registerType: "prompt",
      manifest: MANIFEST,
      // They are among the files of the finished site.
      includeManifestIcons: false,
      integration: {
        // The manifest too: the plugin would name it a second time.
        beforeBuildServiceWorker: ({ injectManifest }) => void (injectManifest.additionalManifestEntries = []),
      },
      injectManifest: {
        // A classic script: not every browser takes a module here.
        rollupFormat: "iife",
        globPatterns: KEPT,
        maximumFileSizeToCacheInBytes: LARGEST_BYTES,
        // Their names hold a hash of their contents.
        dontCacheBustURLsMatching: /^assets\//,
        manifestTransforms: [complete, withIntegrity(outDir)],
      },
    }),
  ];
}

/** Leaves and lets the pages be loaded again, from the server. */
const LEAVING = `
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(registration.unregister()
  .then(() => clients.matchAll({ type: "window" }))
  .then((pages) => Promise.all(pages.map((page) => page.navigate(page.url))))));
`;

/** While developing there is no service worker; one of the finished site at the same address would hide the sources. */
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
