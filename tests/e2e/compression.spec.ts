// The local server sends what a host sends: brotli, or gzip where brotli is not accepted. Otherwise the measured speed of the
// page would be that of another site.

import { readdirSync, readFileSync } from "node:fs";
import { get, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { siteUrl } from "./support/environment";
import { DIST } from "./support/own-host";
import { expect, test } from "./support/site";

test.skip(siteUrl !== undefined, "BASE_URL names another server");

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync };

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The answer as it is sent: `fetch` would decode it. */
function answerTo(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }));
    }).on("error", reject);
  });
}

/** The built files, by extension. */
const asset = (ending: string) => `assets/${readdirSync(join(DIST, "assets")).find((name) => name.endsWith(ending))}`;

/** A file of each type, with the type that it must be sent as. */
function samples(): { path: string; type: string }[] {
  return [
    { path: "index.html", type: "text/html" },
    { path: asset(".wasm"), type: "application/wasm" },
    { path: asset(".js"), type: "text/javascript" },
    { path: asset(".css"), type: "text/css" },
    { path: asset(".onnx"), type: "application/octet-stream" },
    { path: "models.json", type: "application/json" },
    { path: "manifest.webmanifest", type: "application/manifest+json" },
  ];
}

for (const [accepted, encoding] of [["gzip, deflate, br", "br"], ["gzip", "gzip"], ["br;q=0, gzip", "gzip"]] as const) {
  test(`files are sent as ${encoding} to a browser that accepts ${accepted}`, async ({ baseURL }) => {
    for (const { path, type } of samples()) {
      const { status, headers, body } = await answerTo(baseURL + path, { "accept-encoding": accepted });
      const file = readFileSync(join(DIST, path));
      expect(status, path).toBe(200);
      expect(headers["content-encoding"], path).toBe(encoding);
      expect(headers["content-type"], path).toBe(type);
      expect(headers["vary"]?.toLowerCase(), path).toContain("accept-encoding");
      expect(DECODERS[encoding](body).equals(file), path).toBe(true);
      expect(body.length, path).toBeLessThan(file.length);
    }
  });
}

test("a file is sent as it is to a browser that accepts neither, and in ranges", async ({ baseURL }) => {
  const { path } = samples().find(({ type }) => type === "application/wasm")!;
  const file = readFileSync(join(DIST, path));
  const whole = await answerTo(baseURL + path, { "accept-encoding": "identity" });
  expect(whole.headers["content-encoding"]).toBeUndefined();
  expect(whole.headers["content-type"]).toBe("application/wasm");
  expect(whole.body.equals(file)).toBe(true);
  const part = await answerTo(baseURL + path, { "accept-encoding": "br", range: "bytes=100-199" });
  expect(part.status).toBe(206);
  expect(part.headers["content-encoding"]).toBeUndefined();
  expect(part.body.equals(file.subarray(100, 200))).toBe(true);
});

test("a file that the browser has is not sent again, and each encoding has its own tag", async ({ baseURL }) => {
  const tags = [];
  for (const accepted of ["br", "gzip", "identity"]) {
    const first = await answerTo(`${baseURL}models.json`, { "accept-encoding": accepted });
    const etag = first.headers.etag!;
    const again = await answerTo(`${baseURL}models.json`, { "accept-encoding": accepted, "if-none-match": etag });
    expect(again.status, accepted).toBe(304);
    expect(again.body.length, accepted).toBe(0);
    tags.push(etag);
  }
  expect(new Set(tags).size).toBe(3);
});

test("an address that is not a file of the site is not found", async ({ baseURL }) => {
  for (const path of ["nothing.js", "%2e%2e/package.json", "..%2fpackage.json", "assets/", "%ff.js"]) {
    const { status } = await answerTo(baseURL + path, { "accept-encoding": "br" });
    expect(status, path).toBeGreaterThanOrEqual(400);
  }
});

test("the service worker caches what is sent compressed", async ({ open }) => {
  // The build that Chromium takes.
  const relaxed = readdirSync(join(DIST, "assets")).find((name) => /-relaxed-.*\.wasm$/.test(name));
  const path = `assets/${relaxed}`;
  const site = await open({ serviceWorkers: "allow" });
  await site.expectState("idle");
  const bytes = await site.page.evaluate(async (path) => {
    // It becomes ready only if every file matches its hash.
    await navigator.serviceWorker.ready;
    const kept = await caches.match(new URL(path, document.baseURI), { ignoreSearch: true });
    return (await kept!.arrayBuffer()).byteLength;
  }, path);
  expect(bytes).toBe(readFileSync(join(DIST, path)).length);
});
