// What a first visit loads before the first answer, and its size when sent with brotli.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { Page } from "@playwright/test";
import { DIST } from "./own-host";
import { expect, type OpenOptions, type Site } from "./site";

export interface Loaded {
  /** Path in the site. */
  file: string;
  kind: Kind;
  bytes: number;
  brotli: number;
}

const KINDS = ["html", "script", "style", "worker", "worklet", "icon", "manifest", "engine", "model", "other"] as const;
export type Kind = (typeof KINDS)[number];

declare const answeredAt: number;
/** Addresses of the audio worklets by then: the browser keeps no times of these. */
declare const answeredWith: string[];

/** Notes when the first label is shown; runs before the page. */
function noteFirstAnswer(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const worklets: string[] = [];
    const { addModule } = AudioWorklet.prototype;
    AudioWorklet.prototype.addModule = function (address, options) {
      worklets.push(String(address));
      return addModule.call(this, address, options);
    };
    new MutationObserver((_, observer) => {
      if (!document.querySelector<HTMLElement>("[data-testid=label]")?.dataset["label"]) return;
      Object.assign(globalThis, { answeredAt: performance.now(), answeredWith: [...worklets] });
      observer.disconnect();
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-label"] });
  });
}

/**
 * Starts listening as soon as the button is there, and waits for the first answer. The model arrives after the click: a page
 * that is ready without one continues with the rest of its scripts.
 */
export async function listenAtOnce(open: (options: OpenOptions) => Promise<Site>, wav: string): Promise<Site> {
  let clicked: () => void = () => undefined;
  const click = new Promise<void>((resolve) => (clicked = resolve));
  const prepare = async (page: Page) => {
    await noteFirstAnswer(page);
    await page.route("**/*.onnx", async (route) => {
      await click;
      await route.continue();
    });
  };
  const site = await open({ wav, prepare });
  await site.listen.click();
  clicked();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 20_000 });
  return site;
}

/** The files that were requested before the first answer, and those that browsers request on their own, as paths. */
export async function firstFiles(site: Site): Promise<string[]> {
  const addresses = await site.page.evaluate(() => {
    const asked = performance.getEntriesByType("resource").filter(({ startTime }) => startTime < answeredAt);
    const links = [...document.querySelectorAll<HTMLLinkElement>("link:is([rel=icon], [rel=manifest])")];
    const all = [location.pathname, ...asked.map(({ name }) => name), ...links.map(({ href }) => href), ...answeredWith];
    return [...new Set(all.map((address) => new URL(address, document.baseURI).href.replace(document.baseURI, "")))];
  });
  return addresses.filter((address) => !address.startsWith("blob:")).map((file) => (file === "" ? "index.html" : file));
}

/** Their sizes, by kind, largest last. */
export async function weighed(files: readonly string[]): Promise<Loaded[]> {
  const loaded = await Promise.all(files.map(weigh));
  return loaded.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.brotli - b.brotli);
}

async function weigh(file: string): Promise<Loaded> {
  const content = readFileSync(join(DIST, file));
  // At the highest quality, as hosts compress what they keep.
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  const brotli = (await promisify(brotliCompress)(content, { params })).length;
  return { file, kind: kindOf(file), bytes: content.length, brotli };
}

function kindOf(file: string): Kind {
  if (/worklet-[\w-]+\.js$/.test(file)) return "worklet";
  if (/worker-[\w-]+\.js$/.test(file)) return "worker";
  const ending = file.slice(file.lastIndexOf(".") + 1);
  const kinds: Record<string, Kind> = {
    html: "html",
    js: "script",
    css: "style",
    svg: "icon",
    webmanifest: "manifest",
    wasm: "engine",
    onnx: "model",
  };
  return kinds[ending] ?? "other";
}

/** Bytes sent with brotli, of all files of these kinds. */
export function sum(loaded: readonly Loaded[], isCounted: (kind: Kind) => boolean): number {
  return loaded.filter(({ kind }) => isCounted(kind)).reduce((total, { brotli }) => total + brotli, 0);
}

/** The sizes as text, for the output of a test. */
export function table(loaded: readonly Loaded[]): string {
  const rows = loaded.map(({ file, kind, bytes, brotli }) => [kind, file, bytes, brotli] as const);
  const total = ["", "", rows.reduce((all, row) => all + row[2], 0), rows.reduce((all, row) => all + row[3], 0)] as const;
  const line = ([kind, file, bytes, brotli]: readonly [string, string, number | string, number | string]) =>
    `${kind.padEnd(9)} ${file.padEnd(52)} ${String(bytes).padStart(9)} ${String(brotli).padStart(9)}`;
  return [line(["kind", "file", "bytes", "brotli"]), ...rows.map(line), line(total)].join("\n");
}
