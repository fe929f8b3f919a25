// The finished site under all its headers, in a browser in which every request and every violation of the policy is noted.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { chromiumPath, LAUNCH_ARGS } from "./environment";
import { DIST } from "./own-host";
import { Site } from "./site";
import { serveFolder } from "./static-server";

/** The headers that the site's `_headers` has for all its files. */
export function siteHeaders(): Record<string, string> {
  const [, ...lines] = readFileSync(join(DIST, "_headers"), "utf8").trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]));
}

export interface Watched {
  site: Site;
  context: BrowserContext;
  origin: string;
  /** Paths that the site's host was asked for, by whomever: page, workers, worklet, service worker. */
  asked: string[];
  /** Whatever the browser asked any other host for. */
  foreign: string[];
  /** Violations of the policy, errors in the console, and what was thrown. */
  complaints: string[];
  /** The host is down from now on. */
  stopHost: () => void;
  finish: () => Promise<void>;
}

/** What Chromium asks by itself, whatever page is open: updates, accounts, hints for forms. */
const BROWSER_HOSTS = /^(?:http:\/\/)?[\w-]+\.(?:googleapis|google|gvt1)\.com(?::443|\/|$)/;

/** Everything that is not for the site's host goes here: a proxy that answers nothing. */
async function otherHosts(foreign: string[]): Promise<{ port: number; close: () => void }> {
  const note = (address = "") => BROWSER_HOSTS.test(address) || foreign.push(address);
  const proxy = createServer((request, response) => {
    note(request.url);
    response.writeHead(502).end();
  });
  proxy.on("connect", (request, socket) => {
    note(request.url);
    // The browser may hang up before it has the answer.
    socket.on("error", () => {});
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { port: (proxy.address() as AddressInfo).port, close: () => proxy.close() };
}

/** Opens the site; `wav` is what the microphone plays. */
export async function watchedSite({ wav, prepare }: { wav?: string; prepare?: (page: Page) => Promise<unknown> } = {}): Promise<Watched> {
  const asked: string[] = [];
  const foreign: string[] = [];
  const complaints: string[] = [];
  const host = await serveFolder(DIST, { root: "index", headers: siteHeaders(), asked: (path) => asked.push(path) });
  const proxy = await otherHosts(foreign);
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...LAUNCH_ARGS,
      `--proxy-server=http://127.0.0.1:${proxy.port}`,
      // Chromium asks nobody but the proxy for a host's address.
      `--proxy-bypass-list=${new URL(host.origin).host}`,
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      ...(wav ? [`--use-file-for-fake-audio-capture=${wav}`] : []),
    ],
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`logged: ${message.text()}`);
  });
  await page.exposeFunction("complain", (what: string) => complaints.push(what));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
      const { complain } = globalThis as unknown as { complain(what: string): void };
      complain(`violated: ${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
  await prepare?.(page);
  await page.goto(host.origin);
  const finish = async () => {
    await browser.close();
    proxy.close();
    host.close();
  };
  return { site: new Site(page), context, origin: host.origin, asked, foreign, complaints, stopHost: host.close, finish };
}

/** Where in the browser's storages bytes are kept that could be sound. */
export function binaryStorages(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found: string[] = [];
    const isBinary = (value: unknown): boolean =>
      value instanceof ArrayBuffer ||
      ArrayBuffer.isView(value) ||
      value instanceof Blob ||
      (typeof value === "object" && value !== null && Object.values(value).some(isBinary)) ||
      (Array.isArray(value) && value.length > 100 && typeof value[0] === "number");
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await answer(indexedDB.open(name!));
      for (const store of database.objectStoreNames) {
        const values = await answer(database.transaction(store).objectStore(store).getAll());
        if (values.some(isBinary)) found.push(`IndexedDB ${name} ${store}`);
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) {
        const path = new URL(url).pathname;
        // The site's own files, and the models that the user has chosen.
        const ours = name.includes("-precache-") || /\.(onnx|wasm|json)$/.test(path);
        if (!ours || /\.(wav|webm|ogg|mp3|pcm|raw)$/.test(path)) found.push(`Cache ${name} ${path}`);
      }
    }
    const root = await navigator.storage.getDirectory();
    for await (const name of (root as unknown as { keys(): AsyncIterable<string> }).keys()) found.push(`files ${name}`);
    for (const storage of [localStorage, sessionStorage]) {
      for (const [key, text] of Object.entries(storage)) if (String(text).length > 10_000) found.push(`storage ${key}`);
    }
    if (document.cookie !== "") found.push("cookie");
    return found;
  });
}
