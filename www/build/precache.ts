// What the service worker caches, and a check that the page can start from it
// without a network.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ManifestTransform } from "workbox-build";

/** Paths in the built site. Of the models only the first is included; the page caches any other that is chosen itself. */
export const KEPT = ["{index.html,models/*.html}", "*.{svg,json,webmanifest}", "icons/*.png", "assets/*"];

/** Larger than any file of `KEPT`, with room to grow. */
export const LARGEST_BYTES = 24 * 1024 * 1024;

const NEEDED: readonly [what: string, RegExp][] = [
  ["the page", /^index\.html$/],
  ["the page's script", /^assets\/index-.*\.js$/],
  ["the views' scripts", /^assets\/history-.*\.js$/],
  ["the views' scripts", /^assets\/files-.*\.js$/],
  ["the views' scripts", /^assets\/models-.*\.js$/],
  ["the views' scripts", /^assets\/teach-.*\.js$/],
  ["the picture's script", /^assets\/picture-.*\.js$/],
  ["the samples' script", /^assets\/synthesis-.*\.js$/],
  ["the views' styles", /^assets\/teach-.*\.css$/],
  ["the views' styles", /^assets\/teaching-dialogs-.*\.css$/],
  ["the views' styles", /^assets\/model-list-.*\.css$/],
  ["the views' styles", /^assets\/model-sheet-.*\.css$/],
  ["the views' styles", /^assets\/files-.*\.css$/],
  ["the views' styles", /^assets\/timeline-.*\.css$/],
  ["what is needed to learn", /^assets\/everyday\.background-.*\.json$/],
  ["the module that learns", /^assets\/sourcing-sound-teacher-.*\.wasm$/],
  ["the page's styles", /^assets\/index-.*\.css$/],
  // In the list for their addresses and hashes: the service worker caches the one of the two that the browser runs.
  ["the wasm module", /^assets\/sourcing-sound-(?!general-|relaxed-|decoder-|teacher-).*\.wasm$/],
  ["the wasm module for relaxed SIMD", /^assets\/sourcing-sound-relaxed-.*\.wasm$/],
  // In the list for its address and its hash: the service worker caches it only for models that need it.
  ["the general wasm module", /^assets\/sourcing-sound-general-.*\.wasm$/],
  // The same, only for recordings that need it.
  ["the decoder", /^assets\/sourcing-sound-decoder-.*\.wasm$/],
  ["the decoder's script", /^assets\/sourcing-sound-decoder-.*\.js$/],
  ["the worklet", /^assets\/sourcing-sound-worklet-.*\.js$/],
  ["the worker", /^assets\/sourcing-sound-worker-.*\.js$/],
  ["the first model", /^assets\/everyday-.*\.onnx$/],
  ["the list of models", /^models\.json$/],
  ["the manifest", /^manifest\.webmanifest$/],
];

/** Fails the build when a needed file is not in the list. */
export const complete: ManifestTransform = (entries) => {
  const missing = NEEDED.filter(([, pattern]) => !entries.some(({ url }) => pattern.test(url)));
  if (missing.length > 0) throw new Error(`the precache lacks ${missing.map(([what]) => what).join(", ")}`);
  return { manifest: entries, warnings: [] };
};

/**
 * Adds each file's hash to its entry, so that a service worker that installs while the server is being updated cannot end
 * up with files of two versions.
 */
export function withIntegrity(outDir: () => string): ManifestTransform {
  return (entries) => ({
    manifest: entries.map((entry) => {
      const hash = createHash("sha256").update(readFileSync(join(outDir(), entry.url))).digest("base64");
      return { ...entry, integrity: `sha256-${hash}` };
    }),
    warnings: [],
  });
}
