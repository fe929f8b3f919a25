// Hours of live sound through a stream of the built package in a browser, as fast as it goes. Reads one request per line
// from standard input, a JSON object {"model": path, "hours": n, "rate": hz}, and answers each with one line of JSON.
// `cargo xtask bench soak --web` asks it. It needs the package in www/package/dist and the site's npm packages;
// CHROMIUM_PATH selects another Chromium.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { chromium } = createRequire(here("../../www/package.json"))("@playwright/test");

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const DIST = here("../../www/package/dist");
/** The files next to the package, by their addresses. */
const files = new Map([
  ["/", here("soak.html")],
  ["/soak.js", here("soak.js")],
  ["/soak-worker.js", here("soak-worker.js")],
]);

const server = createServer((request, response) => {
  const inPackage = request.url.startsWith("/dist/") && join(DIST, normalize(request.url.slice("/dist".length)));
  const path = files.get(request.url) ?? inPackage;
  if (!path || !statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    // Only an isolated page may ask how much memory it and its worker take.
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  createReadStream(path).on("error", () => response.destroy()).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    // Measures memory when asked, after garbage collection, and not when the browser finds the time.
    "--enable-blink-features=ForceEagerMeasureMemory",
  ],
});
try {
  for await (const line of createInterface({ input: process.stdin })) {
    const { model, hours, rate } = JSON.parse(line);
    files.set("/model.onnx", model);
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const measured = await page.evaluate((request) => globalThis.soak(request), { hours, rate });
    await page.close();
    console.log(JSON.stringify({ ...measured, browser: `Chromium ${browser.version().split(".")[0]}` }));
  }
} finally {
  await browser.close();
  server.close();
}
