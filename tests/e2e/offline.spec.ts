// The page as an app: it starts without a network, and changes its version only on request.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import sharp from "sharp";
import { serious } from "./support/axe";
import { answersLive, classifyNatively } from "./support/command-line";
import { DIST, hostSite, type OwnHost } from "./support/own-host";
import { expect, openSite, type Site, test as base } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

/** Each test has its own host, which it may stop, because a service worker's requests bypass Playwright's routes. */
const test = base.extend<{ hostAt: (path: string) => Promise<OwnHost> }>({
  hostAt: async ({}, use) => {
    const hosts: OwnHost[] = [];
    await use(async (path) => {
      const host = await hostSite(path);
      hosts.push(host);
      return host;
    });
    for (const host of hosts) host.stop();
  },
});

/** Resolves when the service worker has everything. */
const installed = (page: Page) => page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active?.state));

/** The addresses in the service worker's cache, without the site's own. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.includes("-precache-"));
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => url.replace(document.baseURI, "").replace(/\?.*$/, ""));
  });
}

async function visit(url: string, wav?: string): Promise<{ site: Site; finish: () => Promise<void> }> {
  const opened = await openSite(url, {
    serviceWorkers: "allow",
    ...(wav && { wav }),
    // Requests to a host that is down; ERR_FAILED is the service worker's answer to them.
    expectedErrors: /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_FAILED/,
  });
  await opened.site.expectState("idle");
  await installed(opened.site.page);
  return opened;
}

test("after the first visit, everything that a start needs is cached, and nothing else", async ({ hostAt }) => {
  const { url } = await hostAt("/");
  const { site, finish } = await visit(url);
  const files = await kept(site.page);
  for (const needed of [
    /^index\.html$/,
    /\.wasm$/,
    /sourcing-sound-worklet-.*\.js$/,
    /sourcing-sound-worker-.*\.js$/,
    /everyday-.*\.onnx$/,
    /^models\.json$/,
    /^manifest\.webmanifest$/,
    /index-.*\.css$/,
  ]) {
    expect(files, `${needed}`).toContainEqual(expect.stringMatching(needed));
  }
  expect(files).not.toContainEqual(expect.stringMatching(/urban-tiny.*\.onnx$|head\.json$|screenshots/));
  await finish();
});

for (const path of ["/", "/repo/"]) {
  test(`without a network it classifies, at ${path}`, async ({ hostAt }) => {
    const host = await hostAt(path);
    const wav = writeWav(`offline${path.length}.wav`, SYNTHESISED["siren-sweep"]!);
    const answers = answersLive(classifyNatively(wav).segments);
    const { site, finish } = await visit(host.url, wav);
    await site.page.context().setOffline(true);
    host.stop();
    await site.page.reload();
    await site.expectState("idle");
    await site.startListening();
    const shown = () => site.label.getAttribute("data-label");
    await expect.poll(async () => answers.includes((await shown()) ?? ""), { timeout: 20_000 }).toBe(true);
    // None of these was opened while there was a network.
    for (const view of ["history", "files", "models"] as const) {
      await site.goTo(view);
      await expect(site.page.getByTestId(`view-${view}`).getByRole("heading").first()).toBeVisible();
      await expect(site.page.getByTestId("view-note")).toHaveCount(0);
    }
    await finish();
  });
}

test("without a network it starts in a browser that has learned relaxed SIMD since it was installed", async ({ hostAt }) => {
  const host = await hostAt("/");
  const { site, finish } = await visit(host.url);
  // As the browser before had left it: with the other build.
  const plain = readdirSync(join(DIST, "assets")).find((file) => /^sourcing-sound-[\w-]{8}\.wasm$/.test(file));
  await site.page.evaluate(async (address) => {
    const name = (await caches.keys()).find((name) => name.includes("-precache-"))!;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) if (request.url.includes("-relaxed-")) await cache.delete(request);
    await cache.add(address);
  }, `assets/${plain}`);
  await site.page.context().setOffline(true);
  host.stop();
  await site.page.reload();
  await site.expectState("idle");
  await finish();
});

test("a new version waits until the user wants it, and is then complete", async ({ hostAt }) => {
  const host = await hostAt("/");
  const { site, finish } = await visit(host.url);
  const { page } = site;
  await page.reload();
  await site.expectState("idle");
  const before = await page.title();
  const prompt = page.getByTestId("prompt");
  await expect(prompt).toHaveAttribute("data-state", "none");

  host.publish("The next version");
  await comeBack(page);
  await expect(prompt).toHaveAttribute("data-state", "offer");
  await expect(page.getByTestId("prompt-words")).toHaveText("A new version is ready.");
  expect(await serious(page, "the offer of a new version")).toEqual([]);
  await page.getByTestId("prompt-later").click();
  await expect(prompt).toHaveAttribute("data-state", "none");

  // Until then, even a reopened page is entirely the old one.
  await page.reload();
  await site.expectState("idle");
  expect(await page.title()).toBe(before);

  await expect(prompt).toHaveAttribute("data-state", "offer");
  let loads = 0;
  page.on("load", () => (loads += 1));
  await page.getByTestId("prompt-yes").click();
  await expect(page).toHaveTitle("The next version");
  await site.expectState("idle");
  await expect(prompt).toHaveAttribute("data-state", "none");
  expect((await kept(page)).filter((file) => file === "index.html")).toHaveLength(1);
  expect(loads).toBe(1);
  await finish();
});

test("a page whose version another tab has changed says so", async ({ hostAt }) => {
  const host = await hostAt("/");
  const { site, finish } = await visit(host.url);
  await site.page.reload();
  await site.expectState("idle");
  const other = await site.page.context().newPage();
  await other.goto(host.url);
  const before = await site.page.title();

  host.publish("The next version");
  await comeBack(other);
  await other.getByTestId("prompt-yes").click();
  await expect(other).toHaveTitle("The next version");

  await expect(site.page.getByTestId("prompt")).toHaveAttribute("data-state", "outdated");
  expect(await site.page.title()).toBe(before);
  await site.page.getByTestId("prompt-yes").click();
  await expect(site.page).toHaveTitle("The next version");
  await site.expectState("idle");
  await finish();
});

test("an incomplete version is not used", async ({ hostAt }) => {
  const host = await hostAt("/");
  const { site, finish } = await visit(host.url);
  const { page } = site;
  await page.reload();
  await site.expectState("idle");
  const before = await page.title();
  host.publishHalf("The next version");
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise<ServiceWorker>((resolve) => {
      registration.onupdatefound = () => resolve(registration.installing!);
    });
    await registration.update().catch(() => undefined);
    const worker = await found;
    while (worker.state === "installing") await new Promise((resolve) => setTimeout(resolve, 50));
    return worker.state;
  });
  expect(state).toBe("redundant");
  await expect(page.getByTestId("prompt")).toHaveAttribute("data-state", "none");
  await page.reload();
  await site.expectState("idle");
  expect(await page.title()).toBe(before);
  await finish();
});

/** As if the page had been hidden: it then checks for a new version. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
}

interface Manifest {
  id: string;
  name: string;
  short_name: string;
  start_url: string;
  scope: string;
  display: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
  screenshots: { src: string; sizes: string; type: string; form_factor: string }[];
}

test("the manifest names existing files, with their real sizes", async () => {
  const manifest = JSON.parse(readFileSync(join(DIST, "manifest.webmanifest"), "utf8")) as Manifest;
  expect(manifest).toMatchObject({ name: "Sourcing Sound", short_name: "Sound", start_url: ".", scope: ".", display: "standalone" });
  expect(manifest.id).not.toBe("");
  const purposes = manifest.icons.map(({ purpose }) => purpose);
  expect(purposes).toEqual(expect.arrayContaining(["any", "maskable", "monochrome"]));
  expect(manifest.screenshots.map(({ form_factor }) => form_factor).sort()).toEqual(["narrow", "wide"]);
  for (const { src, sizes, type } of [...manifest.icons, ...manifest.screenshots]) {
    const { width, height, format } = await sharp(join(DIST, src)).metadata();
    expect(type, src).toBe(format === "svg" ? "image/svg+xml" : `image/${format}`);
    if (format !== "svg") expect(`${width}x${height}`, src).toBe(sizes);
  }
  // Outside the drawing, the icon is transparent.
  const { isOpaque } = await sharp(join(DIST, "icons/monochrome-512.png")).stats();
  expect(isOpaque).toBe(false);
  expect((await sharp(join(DIST, "icons/maskable-512.png")).stats()).isOpaque).toBe(true);
  expect(await sharp(join(DIST, "icons/apple-touch-icon.png")).metadata()).toMatchObject({ width: 180, height: 180 });
});

for (const path of ["/", "/repo/"]) {
  test(`Chromium would install it from ${path}`, async ({ hostAt }) => {
    const { url } = await hostAt(path);
    const { site, finish } = await visit(url);
    const session = await site.page.context().newCDPSession(site.page);
    const { errors, manifest } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    expect(manifest?.scope).toBe(url);
    expect(manifest?.startUrl).toBe(url);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // Test windows keep no data, so nothing can be installed from them.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
    await finish();
  });
}
