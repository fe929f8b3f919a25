// Vite plugin: `vite preview` sends the site compressed, as hosts do. Each file is compressed once, in memory, beginning when the
// server starts, so that it is ready when the first page asks.

import type { Stats } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

/** Types of the files that are sent compressed; pictures are compressed already. */
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".onnx": "application/octet-stream",
  ".svg": "image/svg+xml",
  // The only type that browsers compile while it downloads.
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Level 11 takes ten times as long as 9 and saves a twentieth. */
const BROTLI_QUALITY = 9;

const ENCODERS = {
  br: (bytes: Buffer) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    return promisify(brotliCompress)(bytes, { params });
  },
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
};
type Encoding = keyof typeof ENCODERS;

interface Compressed {
  etag: string;
  bytes: Promise<Buffer>;
}

export function compression(): Plugin {
  return {
    name: "sourcing-sound-compression",
    configurePreviewServer({ config, middlewares }) {
      const folder = resolve(config.root, config.build.outDir);
      const files = new CompressedFiles(folder, config.base);
      middlewares.use((request, response, next) => {
        files.answer(request, response).then((done) => done || next(), next);
      });
      files.prepare().catch((error: unknown) => config.logger.error(String(error)));
    },
  };
}

/** The compressible files of a folder. */
class CompressedFiles {
  readonly #folder: string;
  readonly #base: string;
  readonly #kept = new Map<string, Compressed>();

  constructor(folder: string, base: string) {
    this.#folder = folder;
    this.#base = base;
  }

  /** Compresses all of them in the encoding that most browsers request. */
  async prepare(): Promise<void> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).filter((path) => extname(path) in TYPES);
    await Promise.all(paths.map(async (path) => this.#compressed(path, await stat(path), "br").bytes));
  }

  /** Answers a request for one of them; false for any other request. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    if (request.headers.range !== undefined) {
      // Ranges count the bytes of the uncompressed file.
      delete request.headers["accept-encoding"];
      return false;
    }
    const encoding = preferred(request.headers["accept-encoding"]);
    const path = pathOf(this.#folder, this.#base, request.url ?? "/");
    const type = path && TYPES[extname(path)];
    if (!encoding || !path || !type) return false;
    const stats = await stat(path).catch(() => undefined);
    if (!stats?.isFile()) return false;
    const { etag, bytes } = this.#compressed(path, stats, encoding);
    response.setHeader("vary", "accept-encoding");
    response.setHeader("etag", etag);
    response.setHeader("cache-control", "no-cache");
    if (request.headers["if-none-match"]?.split(/,\s*/).includes(etag)) {
      response.writeHead(304).end();
      return true;
    }
    const body = await bytes;
    response.writeHead(200, { "content-type": type, "content-encoding": encoding, "content-length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
    return true;
  }

  /** A file is compressed again only when it has changed. */
  #compressed(path: string, { size, mtimeMs }: Stats, encoding: Encoding): Compressed {
    const etag = `W/"${size}-${mtimeMs}-${encoding}"`;
    const key = `${encoding} ${path}`;
    const known = this.#kept.get(key);
    if (known?.etag === etag) return known;
    const fresh = { etag, bytes: readFile(path).then(ENCODERS[encoding]) };
    this.#kept.set(key, fresh);
    fresh.bytes.catch(() => this.#kept.delete(key));
    return fresh;
  }
}

/** The file at an address; `undefined` if it is not in the folder. */
function pathOf(folder: string, base: string, url: string): string | undefined {
  const { pathname } = new URL(url, "http://localhost");
  if (!pathname.startsWith(base)) return undefined;
  const inFolder = decoded(pathname.slice(base.length));
  if (inFolder === undefined || inFolder.includes("\0")) return undefined;
  const path = join(folder, inFolder === "" || inFolder.endsWith("/") ? `${inFolder}index.html` : inFolder);
  return path.startsWith(folder + sep) ? path : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Brotli before gzip, of those that the browser accepts. */
function preferred(header: string | string[] | undefined): Encoding | undefined {
  const accepted = new Map(
    String(header ?? "")
      .split(",")
      .map((part) => {
        const [name = "", weight = "q=1"] = part.trim().toLowerCase().split(/\s*;\s*/);
        return [name, Number(weight.replace("q=", ""))];
      }),
  );
  return (["br", "gzip"] as const).find((name) => (accepted.get(name) ?? 0) > 0);
}
