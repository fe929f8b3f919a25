// What the site forbids, requests and keeps, and that hostile text stays text. SECURITY.md explains why.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { cardHtml } from "../../www/build/card";
import { REPOSITORY } from "./support/environment";
import { eventAt, seed } from "./support/history";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { another, card, expectTaught, give, name, recordings } from "./support/teach";
import { GROUPS, LABELS, model } from "./support/tiny-model";
import { binaryStorages, siteHeaders, type Watched, watchedSite } from "./support/watched-site";
import { writeWav } from "./support/wav";

test.setTimeout(120_000);

const siren = () => writeWav("security-siren.wav", SYNTHESISED["siren-sweep"]!);

/** Opens the site; at the end, there must be no errors, violations or requests to other hosts. */
const watched = test.extend<{ visit: (options?: Parameters<typeof watchedSite>[0]) => Promise<Watched> }>({
  visit: async ({}, use) => {
    const opened: Watched[] = [];
    await use(async (options) => {
      const one = await watchedSite(options);
      opened.push(one);
      return one;
    });
    for (const { finish, complaints, foreign } of opened) {
      await finish();
      expect(complaints).toEqual([]);
      expect(foreign, "requests to other hosts").toEqual([]);
    }
  },
});

/** Waits until the page has loaded everything by itself: the service worker is last, and is ready once it has all files. */
async function settled({ site }: Watched): Promise<void> {
  await site.expectState("idle", 40_000);
  await site.page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active?.state));
}

test("the policy is strict, in the page and in the headers", async ({ open }) => {
  const site = await open();
  const inPage = await site.page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  const headers = siteHeaders();
  expect(headers["Content-Security-Policy"]).toBe(`${inPage}; frame-ancestors 'none'`);
  const policy = Object.fromEntries(inPage!.split("; ").map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]));
  expect(policy).toMatchObject({
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    "require-trusted-types-for": "'script'",
  });
  expect(inPage).not.toMatch(/unsafe-inline|'unsafe-eval'|data:|blob:|\*|http/);
  const guide = readFileSync(join(REPOSITORY, "docs/guide/hosting.md"), "utf8");
  for (const [header, value] of Object.entries(headers)) expect(guide).toContain(`\n${header}: ${value}\n`);
  // The local server sends them with every file.
  for (const path of ["", "sw.js", "manifest.webmanifest"]) {
    const response = await site.page.request.get(path);
    expect(response.headers(), path).toMatchObject(Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])));
  }
});

test("the policy refuses what an intruder would try", async () => {
  const { site, finish } = await watchedSite();
  await site.expectState("idle");
  const tried = await site.page.evaluate(async () => {
    const attempt = async (work: () => unknown) => {
      try {
        return String(await work());
      } catch (thrown) {
        return (thrown as Error).name;
      }
    };
    Object.assign(globalThis, { pwned: 0 });
    const script = document.createElement("script");
    return {
      // The debugger may evaluate; a timer's text is the page's.
      timer: await attempt(() => setTimeout("pwned = 1" as unknown as () => void)),
      markup: await attempt(() => (document.createElement("p").innerHTML = "<b>x</b>")),
      source: await attempt(() => (script.src = "/other.js")),
      worker: await attempt(() => new Worker("/assets/x.js")),
      policy: await attempt(() => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy("mine", {})),
      send: await attempt(() => fetch("https://example.org/", { method: "POST", body: "sound" })),
      beacon: await attempt(() => new Promise((resolve) => {
        addEventListener("securitypolicyviolation", ({ violatedDirective: which }) => which === "connect-src" && resolve(which));
        navigator.sendBeacon("https://example.org/", "sound");
      })),
      camera: await attempt(() => navigator.mediaDevices.getUserMedia({ video: true })),
      pwned: (globalThis as unknown as { pwned: number }).pwned,
    };
  });
  await finish();
  expect(tried).toEqual({
    timer: "TypeError",
    markup: "TypeError",
    source: "TypeError",
    worker: "TypeError",
    policy: "TypeError",
    send: "TypeError",
    beacon: "connect-src",
    camera: "NotAllowedError",
    pwned: 0,
  });
});

watched("whole use: nothing is violated, nothing but the site's own files is asked for, nothing while it listens", async ({ visit }) => {
  const use = await visit({ wav: siren() });
  const { site, asked } = use;
  await settled(use);
  const loaded = [...asked];
  console.log(`the first visit asks for ${loaded.length} files:\n${loaded.join("\n")}`);
  expect(loaded.filter((path) => !/^\/(assets\/|icons\/|models\/|screenshots\/|$|index\.html|icon\.svg|models\.json|manifest\.webmanifest|sw\.js)/.test(path))).toEqual([]);

  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 30_000 });
  // What only listening needs is loaded with it on the first visit. The browser requests the icon when it likes, and checks for
  // a new service worker some time after a page has loaded.
  const asks = (from: number) => asked.slice(from).filter((path) => path !== "/icon.svg" && path !== "/sw.js");
  expect([...new Set(asks(loaded.length))]).toEqual([expect.stringMatching(/^\/assets\/sourcing-sound-worklet-/)]);
  const listening = asked.length;
  await expect(site.label).toHaveAttribute("data-label", /siren/i, { timeout: 30_000 });
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator("li").first()).toBeVisible({ timeout: 20_000 });
  for (const view of ["teach", "models", "files", "listen"] as const) await site.goTo(view);
  expect(asks(listening), "requests while listening").toEqual([]);
  await site.listen.click();
  await site.expectState("idle");

  await site.record.click();
  await expect(site.page.locator("#clip-actions")).toBeVisible({ timeout: 20_000 });
  await site.goTo("files");
  await site.openFile(another("Two-tone horn"));
  await expect(site.page.getByTestId("file-card").first()).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  await site.goTo("teach");
  await name(site, "Two-tone horn");
  await give(site, "Two-tone horn", recordings("Two-tone horn"));
  await site.goTo("models");
  await site.page.getByTestId("own-file").setInputFiles([{ name: "pets.onnx", mimeType: "application/octet-stream", buffer: model() }]);
  await expect(site.page.locator("[data-testid=model-item][data-state=active]")).toContainText("pets", { timeout: 30_000 });
  await site.page.locator("[data-testid=model-item][data-id=everyday]").getByRole("radio").check();
  await site.page.getByTestId("card").locator("summary").click();
  await expect(site.page.getByTestId("card")).toContainText("licen", { ignoreCase: true });
  const later = asks(loaded.length);
  console.log(`all other views ask for ${later.length} files:\n${later.join("\n")}`);
  expect(later.filter((path) => !/^\/(assets|models)\//.test(path))).toEqual([]);

  // From the service worker's cache, whose policy is the same.
  use.stopHost();
  await site.page.reload();
  await site.expectState("idle", 40_000);
  await site.goTo("listen");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 30_000 });
});

watched("no sound is kept unless the user asks for it", async ({ visit }) => {
  const use = await visit({ wav: siren() });
  const { site } = use;
  await settled(use);
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /siren/i, { timeout: 30_000 });
  await site.openFile(siren());
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator("li").first()).toBeVisible({ timeout: 30_000 });
  await site.goTo("listen");
  await site.listen.click();
  await site.expectState("idle");
  expect(await binaryStorages(site.page)).toEqual([]);
  // The same check finds sound that is kept.
  await site.goTo("history");
  await site.page.getByTestId("keep-audio").check();
  await site.goTo("listen");
  await site.startListening();
  await expect.poll(() => binaryStorages(site.page), { timeout: 40_000 }).toEqual(["IndexedDB sourcing-sound clips"]);
});

/** Markup, a script, a right-to-left override, a formula, and far more than fits. */
const MARKUP = `<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>"'&lt;`;
const RTL = "\u202Egpj.exe";
const HOSTILE = `=cmd()|'/c calc'!A0 ${MARKUP} ${RTL}`;
const LONG = `${HOSTILE} ${"endless".repeat(500)}`;

/** The page shows hostile text as text: none of it has become an element or has run, and nothing is wider than the page. */
async function expectText(page: Page, where: string, shown = MARKUP): Promise<void> {
  const found = await page.evaluate(() => ({
    pwned: "pwned" in globalThis,
    elements: document.querySelectorAll("main img, main script, main iframe, main object, [onerror], [onload]").length,
    wider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    text: document.body.textContent ?? "",
  }));
  expect(found.text, where).toContain(shown);
  expect({ ...found, text: "" }, where).toEqual({ pwned: false, elements: 0, wider: false, text: "" });
}

async function saved(site: Site, button: string): Promise<string> {
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId(button).first().click();
  return readFileSync(await (await begun).path(), "utf8");
}

/** No cell of a table of comma-separated values would be run by a spreadsheet. */
function expectNoFormula(csv: string): void {
  expect(csv).toContain("cmd()");
  const cells = csv.replace("\ufeff", "").split(/\r\n/).flatMap((line) => line.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []);
  const run = cells.map((cell) => cell.replace(/^"/, "")).filter((cell) => /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)));
  expect(run).toEqual([]);
}

watched("a foreign model's words are text, on every view and in what is saved", async ({ visit }) => {
  const { site } = await visit();
  await site.expectState("idle");
  await site.goTo("models");
  const labels = LABELS.map(({ label }, i) => (i === 2 ? LONG : `${label} ${HOSTILE}`));
  const buffer = model({
    name: `pets ${HOSTILE}`,
    description: LONG,
    labels: JSON.stringify(labels),
    groups: JSON.stringify(GROUPS.map(({ name }) => ({ name: `${name} ${HOSTILE}`, icon: `../../${MARKUP}` }))),
    ...Object.fromEntries(["training_data", "folds", "accuracy", "licence"].map((key) => [key, HOSTILE])),
  });
  await site.page.getByTestId("own-file").setInputFiles([{ name: `${RTL}${MARKUP.replaceAll("/", "")}.onnx`, mimeType: "", buffer }]);
  await expect(site.page.locator("[data-testid=model-item][data-state=active]")).toContainText("pets", { timeout: 30_000 });
  await expect(site.page.getByTestId("facts")).toContainText(MARKUP);
  await expectText(site.page, "models");

  await site.goTo("listen");
  await site.page.getByTestId("bars-fold").locator("summary").click();
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", LONG, { timeout: 30_000 });
  await expectText(site.page, "listening");
  await site.listen.click();
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator("li").first()).toBeVisible({ timeout: 20_000 });
  await expectText(site.page, "history");
  expectNoFormula(await saved(site, "history-csv"));

  await site.goTo("files");
  await site.openFile(siren());
  await expect(site.page.getByTestId("file-card").first()).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  await expectText(site.page, "files");
  expectNoFormula(await saved(site, "file-csv"));
  expect(await saved(site, "file-audacity")).toContain(MARKUP);
  expect(JSON.stringify(JSON.parse(await saved(site, "file-json")))).toContain("<img src=x");
});

watched("a file's name is text", async ({ visit }) => {
  const { site } = await visit();
  await site.expectState("idle");
  await site.goTo("files");
  const buffer = readFileSync(siren());
  const fileName = `${HOSTILE.replaceAll("/", "")}${"long".repeat(60)}.wav`;
  await site.page.getByTestId("file").setInputFiles([
    { name: fileName, mimeType: "audio/wav", buffer },
    { name: `broken ${fileName}`, mimeType: "audio/wav", buffer: Buffer.from(MARKUP) },
  ]);
  const cards = site.page.getByTestId("file-card");
  await expect(cards).toHaveCount(2);
  await expect(site.page.locator("[data-testid=file-card][data-state=done]")).toHaveCount(1, { timeout: 30_000 });
  await expectText(site.page, "files", MARKUP.replaceAll("/", ""));
  const begun = site.page.waitForEvent("download");
  await site.page.locator("[data-testid=file-card][data-state=done]").getByTestId("file-csv").click();
  expectNoFormula(readFileSync(await (await begun).path(), "utf8"));
});

watched("an imported file of taught sounds and a history from elsewhere are text", async ({ visit }) => {
  const { site } = await visit();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, "Two-tone horn");
  await give(site, "Two-tone horn", recordings("Two-tone horn"));
  const path = test.info().outputPath("sounds.sound.json");
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("teach-save").click();
  const file = readFileSync(await (await begun).path(), "utf8");
  expect(file).toContain('"Two-tone horn"');
  writeFileSync(path, file.replaceAll('"Two-tone horn"', JSON.stringify(HOSTILE)));

  const other = await visit();
  await other.site.expectState("idle");
  await other.site.goTo("teach");
  await other.site.page.getByTestId("teach-import").setInputFiles(path);
  await expect(card(other.site, HOSTILE.replaceAll("\\", "\\\\").replaceAll('"', '\\"')).getByTestId("teach-example")).toHaveCount(3, { timeout: 30_000 });
  await expectTaught(other.site, "learned");
  await expectText(other.site.page, "teach");

  await seed(other.site.page, [eventAt(1, LONG, { model: HOSTILE, id: MARKUP })]);
  await other.site.goTo("history");
  await expect(other.site.page.getByTestId("history-rows").locator("li").first()).toBeVisible();
  await expectText(other.site.page, "history");
  expectNoFormula(await saved(other.site, "history-csv"));
});

test("a model's card produces only the build's own markup", () => {
  const html = cardHtml(`# Title\n\n${MARKUP}\n\n[click](javascript:alert(1)) [data](data:text/html,x) ![p](x" onerror="y)\n\n<iframe src=x></iframe>\n\n[ok](https://example.org/"onclick="x)`);
  expect(html).not.toMatch(/<(img|script|iframe)|javascript:|data:|\son\w+="/i);
  expect([...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag).filter((tag) => !["p", "a", "h3"].includes(tag!))).toEqual([]);
});
