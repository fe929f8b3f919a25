import { defineConfig } from "vite";
import { models } from "./build/models.js";
import { pwa } from "./build/pwa.js";

export default defineConfig({
  // Relative addresses: the site works under any path of any static server.
  base: "./",
  // An address that is not there is answered by 404, never by the page.
  appType: "mpa",
  build: {
    target: "es2022",
    // The Content-Security-Policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  plugins: [models(), pwa()],
});
