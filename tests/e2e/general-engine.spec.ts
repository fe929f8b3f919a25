// A model with operators that the package's own engine lacks: the general engine is fetched for it, and only for it.

import type { Page } from "@playwright/test";
import { test as packageTest } from "./support/library";
import { hostSite } from "./support/own-host";
import { expect, openSite, type Site, test } from "./support/site";
import { GENERAL_MODEL, MODEL, RANKED, sha256 } from "./support/tiny-model";

const FILE = /sourcing-sound-general[\w.-]*\.wasm$/;
const OWN = `own:${sha256(GENERAL_MODEL).slice(0, 12)}`;

/** The addresses of all wasm modules that the page has requested. */
function watchModules(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => request.url().endsWith(".wasm") && asked.push(request.url()));
  return asked;
}

packageTest("the package fetches it once, for the first model that needs it", async ({ library }) => {
  const asked = watchModules(library);
  const load = (model: Buffer) =>
    library.evaluate(async (base64) => {
      const classifier = await api.Classifier.load({ model: Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) });
      const [first] = await classifier.classify(tone(1, 16000), 16000);
      classifier.close();
      return { engine: classifier.info.engine, categories: first!.categories };
    }, model.toString("base64"));
  const lean = await load(MODEL);
  expect(lean.engine).toBe("lean");
  expect(asked.filter((url) => FILE.test(url))).toEqual([]);
  for (const { engine, categories } of [await load(GENERAL_MODEL), await load(GENERAL_MODEL)]) {
    expect(engine).toBe("general");
    expect(categories.map(({ label }) => label).slice(0, 3)).toEqual(RANKED.slice(0, 3));
    // Softplus of 1.45 is 1.66.
    expect(categories[0]!.score).toBeCloseTo(1 / (1 + Math.exp(-Math.log1p(Math.exp(1.45)))), 3);
    expect(categories.every(({ score }) => Number.isFinite(score))).toBe(true);
  }
  expect(asked.filter((url) => FILE.test(url))).toHaveLength(1);
  await expect.poll(() => library.workers().length).toBe(0);
});

packageTest("a worker that crashed starts again on the general engine", async ({ library }) => {
  const asked = watchModules(library);
  await library.evaluate(async (base64) => {
    const model = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const workers: Worker[] = [];
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        workers.push(this);
      }
    };
    const classifier = await api.Classifier.load({ model });
    const started = workers.length;
    workers.at(-1)!.onerror!(new ErrorEvent("error", { message: "as if it had crashed" }));
    await classifier.classify(tone(1, 16000), 16000);
    if (started !== 2 || workers.length !== 3) throw new Error(`${started}, then ${workers.length} workers`);
    classifier.close();
  }, GENERAL_MODEL.toString("base64"));
  expect(asked.filter((url) => FILE.test(url))).toHaveLength(1);
});

packageTest("the general engine can be given, and without it the error says what is missing", async ({ library }) => {
  await library.route(FILE, (route) => route.fulfill({ status: 404 }));
  const results = await library.evaluate(async (base64) => {
    const model = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const lean = await WebAssembly.compileStreaming(fetch("/dist/sourcing-sound.wasm"));
    const load = (options: object) => codeOf(async () => (await api.Classifier.load({ model, ...options })).close());
    return {
      absent: await load({}),
      wrong: await load({ generalWasm: lean }),
      aborted: await load({ signal: AbortSignal.timeout(1) }),
    };
  }, GENERAL_MODEL.toString("base64"));
  expect(results.absent.code).toBe("wasm-fetch");
  expect(results.absent.message).toMatch(/Softplus.*general engine \(10 MB\).*sourcing-sound-general\.wasm answered 404/);
  expect(results.wrong.code).toBe("model-operators");
  expect(results.aborted.code).toBe("aborted");
  await library.unroute(FILE);
  const engines = await library.evaluate(async (base64) => {
    const model = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const general = await (await fetch("/dist/sourcing-sound-general.wasm")).arrayBuffer();
    const engines = [];
    for (const options of [{ model, generalWasm: general }, { model, wasm: general }, { wasm: general }]) {
      const classifier = await api.Classifier.load(options);
      engines.push(classifier.info.engine);
      classifier.close();
    }
    return engines;
  }, GENERAL_MODEL.toString("base64"));
  expect(engines).toEqual(["general", "general", "lean"]);
  await expect.poll(() => library.workers().length).toBe(0);
});

async function openOwn(site: Site): Promise<void> {
  await site.expectState("idle");
  await site.goTo("models");
  await expect(site.page.getByTestId("own-open")).toBeEnabled({ timeout: 30_000 });
  const file = { name: "odd.onnx", buffer: GENERAL_MODEL, mimeType: "application/octet-stream" };
  await site.page.getByTestId("own-file").setInputFiles(file);
}

async function expectInUse({ page }: Site): Promise<void> {
  const item = page.locator(`[data-testid=model-item][data-id="${OWN}"]`);
  await expect(item).toHaveAttribute("data-state", "active", { timeout: 30_000 });
  await expect(page.getByTestId("facts")).toContainText("Runs on the general engine");
}

test("without the general engine, the page says what is missing, and the previous model stays in use", async ({ open }) => {
  const site = await open({
    expectedErrors: /ERR_FAILED/,
    prepare: (page) => page.route(FILE, (route) => route.abort()),
  });
  const note = site.page.getByTestId("own-note");
  await openOwn(site);
  await expect(note).toHaveAttribute("data-code", "wasm-fetch");
  await expect(note).toContainText("needs the general engine");
  await expect(site.page.getByTestId("facts")).not.toContainText("general engine");
  await site.page.unroute(FILE);
  await openOwn(site);
  await expectInUse(site);
});

test("on the page it is fetched for such a model only, and then also there without a network", async () => {
  const host = await hostSite("/");
  try {
    const opened = await openSite(host.url, {
      serviceWorkers: "allow",
      expectedErrors: /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED/,
    });
    const { site, finish } = opened;
    const { page } = site;
    await site.expectState("idle");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    // One of the engine's two builds, and what trains heads.
    const before = await cachedModules(page);
    expect(before.filter((url) => /sourcing-sound-teacher-/.test(url)), "before").toHaveLength(1);
    expect(before.filter((url) => !/sourcing-sound-teacher-/.test(url)), "before").toEqual([expect.not.stringMatching(FILE)]);
    await openOwn(site);
    await expectInUse(site);
    await expect.poll(async () => (await cachedModules(page)).filter((url) => FILE.test(url))).toHaveLength(1);
    await page.context().setOffline(true);
    host.stop();
    await page.reload();
    await site.goTo("models");
    await expectInUse(site);
    await finish();
  } finally {
    host.stop();
  }
});

test("the next version brings its own general engine, and the old one is deleted", async () => {
  const host = await hostSite("/");
  try {
    const { site, finish } = await openSite(host.url, { serviceWorkers: "allow" });
    const { page } = site;
    await site.expectState("idle");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const old = new URL("assets/sourcing-sound-general-00000000.wasm", host.url).href;
    await page.evaluate(async (address) => {
      await (await caches.open("sourcing-sound-general")).put(address, new Response("old"));
    }, old);
    host.publish("The next version");
    await page.reload();
    await page.getByTestId("prompt-yes").click();
    await expect(page).toHaveTitle("The next version");
    await expect
      .poll(async () => (await cachedModules(page)).filter((url) => FILE.test(url)))
      .toEqual([expect.not.stringContaining("00000000")]);
    await finish();
  } finally {
    host.stop();
  }
});

/** The wasm modules in all of the page's caches. */
function cachedModules(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => url.replace(/\?.*$/, "")).filter((url) => url.endsWith(".wasm"));
  });
}
