// The finished site on a separate host, which a test can change and stop.

import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WWW } from "./environment";
import { type Answer, serveFolder } from "./static-server";

export const DIST = join(WWW, "dist");

export interface OwnHost {
  /** Where the site is, ending in a slash. */
  url: string;
  /** Replaces the served version by the next one, whose page has the title `title`. */
  publish: (title: string) => void;
  /** The same, but with the old page: the new service worker arrives first. */
  publishHalf: (title: string) => void;
  /** From now on the service worker's script is answered by this; `undefined` for the script. */
  answerWorker: (answer: Answer | undefined) => void;
  /** How often the service worker's script was requested. */
  workerAsked: () => number;
  stop: () => void;
}

/** A copy of `www/dist` under the path `base`. `stop` may be called twice. */
export async function hostSite(base = "/"): Promise<OwnHost> {
  const folder = mkdtempSync(join(tmpdir(), "sourcing-sound-host-"));
  cpSync(DIST, folder, { recursive: true });
  let answer: Answer | undefined;
  let asks = 0;
  const instead = (path: string) => {
    if (!path.endsWith("/sw.js")) return undefined;
    asks += 1;
    return answer;
  };
  const { origin, close } = await serveFolder(folder, { base, root: "index", instead });
  const stop = () => {
    close();
    rmSync(folder, { recursive: true, force: true });
  };
  const publishHalf = (title: string) => {
    const page = readFileSync(join(folder, "index.html"));
    publish(folder, title);
    writeFileSync(join(folder, "index.html"), page);
  };
  return {
    url: origin + base,
    publish: (title) => publish(folder, title),
    publishHalf,
    answerWorker: (next) => (answer = next),
    workerAsked: () => asks,
    stop,
  };
}

/** What a build of a changed page would write: the page, and its new hashes in the service worker's list. */
function publish(folder: string, title: string): void {
  const page = join(folder, "index.html");
  const html = readFileSync(page, "utf8").replace(/<title>.*<\/title>/, `<title>${title}</title>`);
  writeFileSync(page, html);

  const worker = join(folder, "sw.js");
  const integrity = `sha256-${createHash("sha256").update(html).digest("base64")}`;
  const revision = createHash("md5").update(html).digest("hex");
  const entry = /\{[^{}]*"url":"index\.html"[^{}]*\}/;
  const script = readFileSync(worker, "utf8");
  if (!entry.test(script)) throw new Error("the service worker's list does not name index.html");
  writeFileSync(worker, script.replace(entry, JSON.stringify({ integrity, revision, url: "index.html" })));
}
