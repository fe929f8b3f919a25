// Vite plugin: the restrictions that the site sets for itself. The policy is in the page, for hosts that send no headers; in
// `_headers`, which some hosts read; and `vite preview` sends all of it, so that the tests run under it.

import type { Plugin } from "vite";

/** By directive. */
const POLICY: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  // Without 'unsafe-inline' and 'unsafe-eval'; WebAssembly is what recognises sounds.
  "script-src": "'self' 'wasm-unsafe-eval'",
  "worker-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self'",
  "manifest-src": "'self'",
  // The models and the modules. Nothing can be sent anywhere else.
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  // The first is for the page's own markup and scripts (src/ui/trusted.ts), the second for the package's worker.
  "require-trusted-types-for": "'script'",
  "trusted-types": "sourcing-sound-page sourcing-sound",
};

/** Only a header can set it. */
const FRAMES = "frame-ancestors 'none'";

/** Everything that the page never uses is off, in case other code gets into it. */
const PERMISSIONS = [
  "microphone=(self)",
  "screen-wake-lock=(self)",
  "fullscreen=(self)",
  ...["accelerometer", "bluetooth", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "midi"],
  ...["payment", "serial", "usb", "xr-spatial-tracking"],
].map((feature) => (feature.includes("=") ? feature : `${feature}=()`));

const policy = Object.entries(POLICY)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join("; ");

export const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": `${policy}; ${FRAMES}`,
  "Permissions-Policy": PERMISSIONS.join(", "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export function security(): Plugin[] {
  return [
    {
      name: "sourcing-sound-policy",
      apply: "build",
      // Not in development, where Vite puts styles into the page.
      transformIndexHtml: () => [
        { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
        { tag: "meta", attrs: { name: "referrer", content: "no-referrer" }, injectTo: "head-prepend" },
      ],
      generateBundle() {
        const lines = Object.entries(HEADERS).map(([name, value]) => `  ${name}: ${value}\n`);
        this.emitFile({ type: "asset", fileName: "_headers", source: `/*\n${lines.join("")}` });
      },
    },
    {
      name: "sourcing-sound-headers",
      configurePreviewServer({ middlewares }) {
        middlewares.use((_, response, next) => {
          for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
          next();
        });
      },
    },
  ];
}
