import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { oneFileAtTheStart } from "./build/chunks.js";
import { compression } from "./build/compression.js";
import { drawings } from "./build/drawings.js";
import { models } from "./build/models.js";
import { pwa } from "./build/pwa.js";
import { security } from "./build/security.js";

export default defineConfig({
  // Relative addresses, so that the site works under any path of a static server.
  base: "./",
  // Unknown addresses are answered with 404, not with the page.
  appType: "mpa",
  build: {
    target: "es2022",
    // The Content-Security-Policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { output: { codeSplitting: oneFileAtTheStart(fileURLToPath(new URL("src/main.ts", import.meta.url))) } },
  },
  worker: { format: "es" },
  plugins: [drawings(), models(), pwa(), ...security(), compression()],
});
