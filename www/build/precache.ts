// What the service worker keeps, and the check that nothing is missing that
// the page needs to start without a network.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ManifestTransform } from "workbox-build";

/** Files of the finished site, by their paths in it. Of the models only the first is among them: the page keeps what else is chosen itself. */
export const KEPT = ["{index.html,models/*.html}", "*.{svg,json,webmanifest}", "icons/*.png", "assets/*"];

/** Larger than any file of `KEPT`, with room to grow. */
export const LARGEST_BYTES = 24 * 1024 * 1024;

const NEEDED: readonly [what: string, RegExp][] = [
  ["the page", /^index\.html$/],
  ["the page's script", /^assets\/index-.*\.js$/],
  ["the page's styles", /^assets\/index-.*\.css$/],
  ["the wasm module", /\.wasm$/],
  ["the worklet", /^assets\/sourcing-sound-worklet-.*\.js$/],
  ["the worker", /^assets\/sourcing-sound-worker-.*\.js$/],
  ["the first model", /^assets\/everyday-.*\.onnx$/],
  ["the list of models", /^models\.json$/],
  ["the manifest", /^manifest\.webmanifest$/],
];

/** Fails the build when the list forgets something. */
export const complete: ManifestTransform = (entries) => {
  const missing = NEEDED.filter(([, pattern]) => !entries.some(({ url }) => pattern.test(url)));
  if (missing.length > 0) throw new Error(`the precache lacks ${missing.map(([what]) => what).join(", ")}`);
  return { manifest: entries, warnings: [] };
};

/**
 * Gives each entry the hash of its file: a server that is being updated while the service worker installs cannot slip
 * it a file of another version.
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
