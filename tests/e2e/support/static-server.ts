// Files as any static host serves them: the files and their types, nothing else.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".html": "text/html",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
};

export interface StaticServer {
  origin: string;
  /** Also ends every connection: from now on, the host is down. */
  close: () => void;
}

interface Options {
  /** The path at which the host offers the folder; begins and ends with a slash. Default: the root. */
  base?: string;
  /** The response of the root if it is not the folder's own page. Default: an empty page. */
  root?: "empty" | "index";
  /** The Content-Security-Policy of every response. Default: none. */
  policy?: string;
  /** Further headers of every response. Default: none. */
  headers?: Readonly<Record<string, string>>;
  /** Called with the path of each request. */
  asked?: (path: string) => void;
  /** What is answered in place of a file; `undefined` for the file. */
  instead?: (path: string) => Answer | undefined;
}

export interface Answer {
  status: number;
  /** A web page. Default: nothing. */
  page?: string;
}

/** Serves `folder` on a free port; an address that is not a file answers 404. */
export async function serveFolder(
  folder: string,
  { base = "/", root = "empty", policy, headers = {}, asked, instead }: Options = {},
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (policy !== undefined) response.setHeader("content-security-policy", policy);
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    asked?.(pathname);
    const other = instead?.(pathname);
    if (other) {
      response.writeHead(other.status, { "content-type": "text/html" }).end(other.page);
      return;
    }
    if (pathname === "/" && root === "empty") {
      response.setHeader("content-type", "text/html").end("<!doctype html><link rel='icon' href='data:,'>");
      return;
    }
    const inFolder = pathname === base ? "index.html" : normalize(pathname.slice(base.length));
    const path = join(folder, inFolder);
    if (!pathname.startsWith(base) || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}
