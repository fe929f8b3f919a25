// Vite plugin: adds the models to the site, with `models.json`, which describes
// each of them. Everything in it is read from the files by the site's own wasm
// module; a file that the module refuses fails the build. A card next to a model
// becomes a piece of HTML.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "vite";
import { type Described, described, siteName } from "../src/models/described.js";
import type { HeadEntry, Manifest, ModelEntry } from "../src/models/manifest.js";
import { cardHtml } from "./card.js";

const WWW = dirname(dirname(fileURLToPath(import.meta.url)));
const MODELS = join(WWW, "../models");
const WASM = join(WWW, "package/wasm/sourcing_sound.js");
const MANIFEST = "models.json";

interface Asset {
  /** Its path in the site. */
  name: string;
  bytes: Buffer;
}

interface Collected {
  manifest: Manifest;
  assets: Asset[];
}

export function models(): Plugin {
  return {
    name: "sourcing-sound-models",
    async generateBundle(_, bundle) {
      const { manifest, assets } = await collect();
      for (const { name, bytes } of assets) {
        // The package's own model is in the bundle already.
        const there = Object.values(bundle).find((file) => file.type === "asset" && bytes.equals(Buffer.from(file.source)));
        const entry = [...manifest.models, ...manifest.heads].find(({ file }) => file === name);
        if (there && entry) entry.file = there.fileName;
        else this.emitFile({ type: "asset", fileName: name, source: bytes });
      }
      this.emitFile({ type: "asset", fileName: MANIFEST, source: JSON.stringify(manifest) });
    },
    configureServer({ middlewares, config }) {
      const collected = collect();
      collected.catch((error: unknown) => config.logger.error(String(error)));
      middlewares.use((request, response, next) => {
        collected
          .then(({ manifest, assets }) => {
            const path = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
            const asset = assets.find(({ name }) => name === path);
            if (path === MANIFEST) response.setHeader("content-type", "application/json").end(JSON.stringify(manifest));
            else if (asset?.name.endsWith(".html")) response.setHeader("content-type", "text/html").end(asset.bytes);
            else if (asset) response.end(asset.bytes);
            else next();
          })
          .catch(next);
      });
    },
  };
}

/** The part of the wasm module that is used here. */
interface Module {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  WasmClassifier: new (model: Uint8Array, head?: Uint8Array) => {
    metadata(): Described;
    free(): void;
  };
}

async function collect(): Promise<Collected> {
  const wasm = (await import(pathToFileURL(WASM).href)) as Module;
  await wasm.default({ module_or_path: readFileSync(WASM.replace(/\.js$/, "_bg.wasm")) });
  const read = (model: Buffer, head?: Buffer) => {
    const classifier = new wasm.WasmClassifier(model, head);
    const metadata = described(classifier.metadata());
    classifier.free();
    return metadata;
  };

  const assets: Asset[] = [];
  const publish = (path: string, bytes: Buffer) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = `models/${sha256.slice(0, 16)}-${basename(path)}`;
    assets.push({ name: file, bytes });
    return { file, bytes: bytes.length, sha256 };
  };
  /** The path of the card, for a model that has one. */
  const publishCard = (path: string, name: string) => {
    if (!existsSync(path)) return {};
    const { file } = publish(`${name}.card.html`, Buffer.from(cardHtml(readFileSync(path, "utf8"))));
    return { card: file };
  };

  const models = filesOf((name) => name === "model.onnx").map((path) => ({ path, bytes: readFileSync(path) }));
  const entries: ModelEntry[] = models.map(({ path, bytes }) => {
    const folder = dirname(path);
    const metadata = read(bytes);
    const name = siteName(metadata.name);
    return { ...metadata, name, ...publish(`${name}.onnx`, bytes), ...publishCard(join(folder, "CARD.md"), name) };
  });
  const heads: HeadEntry[] = filesOf((name) => name.endsWith(".head.json")).map((path) => {
    const bytes = readFileSync(path);
    const base = entries.find(({ sha256 }) => sha256 === baseOf(path, bytes));
    if (!base) throw new Error(`${path}: the model that this head was made for is not in ${MODELS}`);
    const model = models[entries.indexOf(base)]!;
    const card = path.replace(/\.head\.json$/, ".CARD.md");
    return {
      ...read(model.bytes, bytes),
      ...publish(path, bytes),
      ...publishCard(card, `${base.name}-${basename(card, ".CARD.md")}`),
      base: base.name,
    };
  });
  return { manifest: { models: entries, heads }, assets };
}

/** The SHA-256 of the model that a head belongs to. */
function baseOf(path: string, head: Buffer): string {
  const { base } = JSON.parse(head.toString("utf8")) as { base?: { sha256?: string } };
  if (!base?.sha256) throw new Error(`${path}: this head does not name its base`);
  return base.sha256;
}

/** Files in the models' folders whose name passes `wanted`, sorted by path. */
function filesOf(wanted: (name: string) => boolean): string[] {
  const folders = readdirSync(MODELS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name }) => readdirSync(join(MODELS, name)).filter(wanted).map((file) => join(MODELS, name, file)))
    .sort();
}
