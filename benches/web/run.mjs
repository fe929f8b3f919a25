// Measures what a model costs in a browser. Reads one request per line from standard input, a JSON object
// {"model": path, "head": path or null, "seconds": n}, and answers each with one line of JSON: times
// in ms, sizes in bytes, and the browser's name. `cargo xtask bench` alternates between it and
// benches/models.rs. It needs the module in www/package/wasm and the site's npm packages;
// CHROMIUM_PATH selects another Chromium.

import { createReadStream, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { chromium } = createRequire(here("../../www/package.json"))("@playwright/test");

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
/** The build that Chromium takes, which has relaxed SIMD. */
const MODULE = here("../../www/package/wasm/relaxed/sourcing_sound_bg.wasm");

/** Cached compressed sizes, by path. */
const sizes = new Map();

/** The file for each address; those of the model change with each request. */
const files = new Map([
  ["/", here("index.html")],
  ["/worker.js", here("worker.js")],
  ["/wasm/sourcing_sound.js", here("../../www/package/wasm/sourcing_sound.js")],
  ["/wasm/sourcing_sound_bg.wasm", MODULE],
]);

const server = createServer((request, response) => {
  const path = files.get(request.url);
  if (path === undefined) return response.writeHead(404).end();
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
  createReadStream(path).on("error", () => response.destroy()).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(page, JSON.parse(line))));
  }
} finally {
  await browser.close();
  server.close();
}

async function answer(page, { model, head, seconds }) {
  files.set("/model.onnx", model);
  if (head) files.set("/head.json", head);
  const measured = await page.evaluate((request) => globalThis.measure(request), { hasHead: head !== null, seconds });
  return {
    ...measured,
    gzip_bytes: gzipped(head ?? model),
    engine_bytes: readFileSync(MODULE).length,
    engine_gzip_bytes: gzipped(MODULE),
    browser: `Chromium ${browser.version().split(".")[0]}`,
  };
}

/** The size in bytes of a file when a server sends it compressed. */
function gzipped(path) {
  if (!sizes.has(path)) sizes.set(path, gzipSync(readFileSync(path), { level: 9 }).length);
  return sizes.get(path);
}
