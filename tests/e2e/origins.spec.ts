// The package in a page that is elsewhere: on another origin than its files, a file, an extension, a frame, an isolated page.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContext, expect, test, type Worker } from "@playwright/test";
import { PACKAGE } from "./support/environment";
import { pageFolder, ready, runIn, withBrowser, WORKS } from "./support/places";
import { serveFolder } from "./support/static-server";

const SHARED = { "access-control-allow-origin": "*" };
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** What a page needs that has the package from `host`; as in docs/guide/hosting.md. */
const policyFor = (host: string) =>
  `default-src 'self'; img-src data:; script-src 'self' ${host} 'wasm-unsafe-eval'; worker-src blob: ${host}; connect-src ${host}`;

interface Setup {
  /** Headers of the package's host, in addition to those that share it. */
  ofHost?: Record<string, string>;
  policy?: (host: string) => string;
  headers?: Record<string, string>;
}

/** A page on one origin, which imports the package from another one. */
async function onTwoOrigins({ ofHost = {}, policy, headers = {} }: Setup, options: (host: string) => object = () => ({})) {
  const host = await serveFolder(PACKAGE, { headers: { ...SHARED, ...ofHost } });
  const { folder, remove } = pageFolder();
  const page = await serveFolder(folder, { root: "index", headers, ...(policy && { policy: policy(host.origin) }) });
  let result: Awaited<ReturnType<typeof runIn>> | undefined;
  try {
    await withBrowser([], async (context) => {
      const tab = await context.newPage();
      await tab.goto(page.origin);
      await ready(tab);
      result = await runIn(tab, `${host.origin}/dist/index.js`, options(host.origin));
    });
  } finally {
    page.close();
    host.close();
    remove();
  }
  return { result, host: host.origin };
}

test("from another origin that shares its files", async () => {
  expect((await onTwoOrigins({})).result).toEqual(WORKS);
});

test("from another origin under a strict policy", async () => {
  expect((await onTwoOrigins({ policy: policyFor })).result).toEqual(WORKS);
});

test("from another origin where scripts need trusted addresses", async () => {
  const policy = (host: string) => `${policyFor(host)}; require-trusted-types-for 'script'; trusted-types sourcing-sound`;
  expect((await onTwoOrigins({ policy })).result).toEqual(WORKS);
});

test("from another origin in an isolated page", async () => {
  expect((await onTwoOrigins({ headers: ISOLATED })).result).toEqual(WORKS);
});

test("a policy that allows no blob: as a worker is named as the cause", async () => {
  const policy = (host: string) => policyFor(host).replace("blob:", "'self'");
  const { result, host } = await onTwoOrigins({ policy });
  const refused = { code: "worker-crashed", message: expect.stringContaining(`${host}/dist/sourcing-sound-worker.js`) };
  expect(result).toEqual({ file: refused, microphone: refused });
});

test("a worker of an origin that does not share it is named", async () => {
  const closed = await serveFolder(PACKAGE);
  const worker = `${closed.origin}/dist/sourcing-sound-worker.js`;
  const { result } = await onTwoOrigins({}, () => ({ worker }));
  closed.close();
  const refused = { code: "worker-crashed", message: expect.stringContaining(worker) };
  expect(result).toEqual({ file: refused, microphone: refused });
});

test("a policy without our name for trusted addresses refuses the worker, with its code", async () => {
  const policy = () => "default-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'";
  const { folder, remove } = pageFolder();
  const { origin, close } = await serveFolder(folder, { root: "index", policy: policy() });
  await withBrowser([], async (context) => {
    const page = await context.newPage();
    await page.goto(origin);
    await ready(page);
    const refused = { code: "worker-crashed", message: expect.stringContaining("TrustedScriptURL") };
    expect(await runIn(page, "./dist/index.js")).toEqual({ file: refused, microphone: refused });
  });
  close();
  remove();
});

test("in an isolated page with the package on the same host", async () => {
  const { folder, remove } = pageFolder();
  const { origin, close } = await serveFolder(folder, { root: "index", headers: ISOLATED });
  await withBrowser([], async (context) => {
    const page = await context.newPage();
    await page.goto(origin);
    await ready(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await runIn(page, "./dist/index.js")).toEqual(WORKS);
  });
  close();
  remove();
});

test("in a page that is a file, as in Electron", async () => {
  const { folder, remove } = pageFolder();
  // What Electron grants to files that it loads.
  await withBrowser(["--allow-file-access-from-files"], async (context) => {
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, "index.html")).href);
    await ready(page);
    expect(await runIn(page, "./dist/index.js")).toEqual(WORKS);
  });
  remove();
});

/** What docs/guide/embedding.md says that a manifest needs. */
const EXTENSION = {
  manifest_version: 3,
  name: "Sounds",
  version: "1",
  background: { service_worker: "background.js", type: "module" },
  content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
};

/** Lets `work` use the service worker of an extension with this background script, permissions and further files. */
async function inExtension(
  { background, permissions = [], files = {} }: { background: string; permissions?: string[]; files?: Record<string, string> },
  work: (worker: Worker, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const manifest = JSON.stringify({ ...EXTENSION, permissions });
  const { folder, remove } = pageFolder({ ...files, "manifest.json": manifest, "background.js": background });
  const load = [`--load-extension=${folder}`, `--disable-extensions-except=${folder}`];
  await withBrowser([...load, "--disable-features=DisableLoadExtensionCommandLineSwitch"], async (context) => {
    await work(context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker")), context);
  });
  remove();
}

test("in a page of an extension, whose service worker gets an error code", async () => {
  const background = `
    import { Classifier, listen } from "./dist/index.js";
    const codeOf = (work) => work.then(() => "none", ({ code }) => code);
    globalThis.codes = async () => [await codeOf(Classifier.load()), await codeOf(listen(() => undefined))];`;
  await inExtension({ background }, async (worker, context) => {
    const page = await context.newPage();
    await page.goto(new URL("index.html", worker.url()).href);
    await ready(page);
    expect(await runIn(page, "./dist/index.js")).toEqual(WORKS);
    const codes = await worker.evaluate(() => (globalThis as unknown as { codes(): Promise<string[]> }).codes());
    expect(codes).toEqual(["unsupported", "unsupported"]);
  });
});

test("in an offscreen document of an extension, which listens in the background", async () => {
  const background = `
    globalThis.listenOffscreen = async () => {
      await chrome.offscreen.createDocument({ url: "offscreen.html", reasons: ["USER_MEDIA"], justification: "names sounds" });
      return chrome.runtime.sendMessage("run");
    };`;
  const files = {
    "offscreen.html": `<!doctype html><script type="module" src="./offscreen.js"></script>`,
    "offscreen.js": `
      import "./program.js";
      chrome.runtime.onMessage.addListener((message, sender, respond) => {
        run("./dist/index.js").then(respond);
        return true;
      });`,
  };
  await inExtension({ background, permissions: ["offscreen"], files }, async (worker) => {
    const listened = worker.evaluate(() => (globalThis as unknown as { listenOffscreen(): Promise<unknown> }).listenOffscreen());
    expect(await listened).toEqual(WORKS);
  });
});

for (const { allow, microphone } of [
  { allow: "microphone", microphone: WORKS.microphone },
  { allow: "", microphone: { code: "permission-denied", message: expect.any(String) } },
]) {
  test(`in a frame of another origin with allow="${allow}"`, async () => {
    const { folder, remove } = pageFolder();
    const inner = await serveFolder(folder, { root: "index" });
    const outer = await serveFolder(folder, { base: "/none/" });
    await withBrowser([], async (context) => {
      const page = await context.newPage();
      await page.goto(outer.origin);
      const address = inner.origin.replace("127.0.0.1", "localhost");
      await page.evaluate(
        ([address, allow]) => document.body.append(Object.assign(document.createElement("iframe"), { src: address, allow })),
        [address, allow] as const,
      );
      await expect.poll(() => page.frames().length).toBe(2);
      const frame = page.frames()[1]!;
      await ready(frame);
      expect(await runIn(frame, "./dist/index.js")).toEqual({ ...WORKS, microphone });
    });
    outer.close();
    inner.close();
    remove();
  });
}
