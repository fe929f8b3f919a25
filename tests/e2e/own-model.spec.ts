// The models view, and the user's own model: opened, kept, removed, or refused with the reason.

import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { cardHtml } from "../../www/build/card";
import { barriers } from "./support/axe";
import { REPOSITORY } from "./support/environment";
import { expectStill, layoutShifts } from "./support/layout-shift";
import { expect, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { head, MODEL, model, modelWithoutMetadata, RANKED, sha256 } from "./support/tiny-model";
import { offerTinyModel, PETS } from "./support/tiny-site";
import { writeWav } from "./support/wav";

const OWN = `own:${sha256(MODEL).slice(0, 12)}`;
const OWN_LIST = "sourcing-sound.own-models";

type Files = { name: string; buffer: Buffer }[];

/** The models view and its parts. */
class Models {
  readonly view: Locator;
  readonly note: Locator;
  readonly detail: Locator;
  readonly facts: Locator;
  readonly card: Locator;

  constructor(readonly site: Site) {
    this.view = site.page.getByTestId("view-models");
    this.note = site.page.getByTestId("own-note");
    this.detail = site.page.getByTestId("own-detail");
    this.facts = site.page.getByTestId("facts");
    this.card = site.page.getByTestId("card");
  }

  item(id: string): Locator {
    return this.view.locator(`[data-testid=model-item][data-id="${id}"]`);
  }

  async expectInUse(id: string): Promise<void> {
    await expect(this.item(id)).toHaveAttribute("data-state", "active", { timeout: 30_000 });
    await expect(this.view.locator("[data-state=active]"), "one is in use").toHaveCount(1);
  }

  async give(...files: Files): Promise<void> {
    const given = files.map(({ name, buffer }) => ({ name, buffer, mimeType: "application/octet-stream" }));
    await this.site.page.getByTestId("own-file").setInputFiles(given);
  }
}

async function openModels(site: Site): Promise<Models> {
  await site.expectState("idle");
  await site.goTo("models");
  const models = new Models(site);
  await models.expectInUse("everyday");
  return models;
}

/** Sizes of the files in the page's cache. */
function cachedSizes(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const cache = await caches.open("sourcing-sound-models");
    return Promise.all((await cache.matchAll()).map(async (found) => (await found.arrayBuffer()).byteLength));
  });
}

test("each of the site's models is described before it is loaded, and shows its card on request", async ({ open }) => {
  const site = await open();
  const cards: string[] = [];
  site.page.on("request", (request) => /\.card\.html$/.test(request.url()) && cards.push(request.url()));
  const models = await openModels(site);
  await expect(models.item("everyday")).toContainText(/Everyday.*527 sounds · \d\.\d MB/s);
  await models.item("everyday").getByRole("radio").check();
  await expect(models.facts).toContainText("527 kinds of sound in 24 groups");
  await expect(models.facts).toContainText("MIT");
  await expect(models.facts).toContainText("0.432");
  await expect(models.facts.locator("dd[lang=en]"), "what the file itself says").toHaveCount(5);
  await expect(models.facts).toContainText(sha256(readFileSync(join(REPOSITORY, "models/everyday/model.onnx"))));
  await models.expectInUse("everyday");
  expect(cards, "cards asked for").toEqual([]);
  await models.card.locator("summary").click();
  await expect(models.card).toContainText("Florian Schmid");
  await expect(models.card.locator("h4").first()).toHaveText("Where it comes from");
  await expect(models.card.locator("table").first()).toBeVisible();
  expect(cards).toHaveLength(1);
  for (const href of await models.card.locator("a").evaluateAll((links) => links.map((a) => a.getAttribute("href")))) {
    expect(href).toMatch(/^https:\/\//);
  }
  await models.item("everyday+urban").getByRole("radio").check();
  await expect(models.card.locator("table")).toHaveCount(0);
  await models.card.locator("summary").click();
  await expect(models.card).toContainText("Label by label");
});

test("from a card's Markdown, only text and external links are shown", () => {
  const html = cardHtml(
    [
      "# Title",
      "## Part <img src=x onerror=alert(1)>",
      "[near](../../LICENSE) [far](https://example.org/?a=1&b=2) [odd](javascript:alert(1)) ![picture](x.png)",
      "<script>alert(1)</script>",
      "| a | |\n|---|---|\n| 1 | 2 |",
    ].join("\n\n"),
  );
  expect(html).toContain("<h4>Part </h4>");
  expect(html).toContain('<p>near <a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener">far</a> odd picture</p>');
  expect(html).toContain('<div class="card-table" tabindex="0">\n<table>');
  expect(html).not.toMatch(/Title|<script|<img|onerror|javascript:|style=|<th><\/th>/);
});

for (const width of [390, 1280]) {
  test(`nothing jumps while the view fills (${width} px)`, async ({ open }) => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const site = await open({
      prepare: async (page) => {
        await page.setViewportSize({ width, height: 800 });
        await page.route("**/models.json", async (route) => {
          await answered;
          await route.continue();
        });
      },
    });
    await site.goTo("models");
    await site.expectState("idle");
    const before = await layoutShifts(site.page);
    answer();
    const models = new Models(site);
    await models.expectInUse("everyday");
    await expect(models.facts).toContainText("Speech");
    await expectStill(site.page, before);
  });
}

test("a model can be selected in the view, and the line below the controls follows", async ({ open }) => {
  const site = await open({ prepare: offerTinyModel });
  const models = await openModels(site);
  await models.item(PETS).getByRole("button", { name: "Use this" }).click();
  await models.expectInUse(PETS);
  await expect(models.facts).toContainText("pets: Hears a purring cat in everything");
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue(PETS);
  await site.goTo("listen");
  await site.modelSelect.selectOption("everyday");
  await site.goTo("models");
  await models.expectInUse("everyday");
  await expect(models.facts).toContainText("Speech");
});

test("loading is shown in the view and can be cancelled there", async ({ open }) => {
  const site = await open({ prepare: offerTinyModel });
  let answer: () => void = () => undefined;
  await site.page.route("**/models/tiny-pets.onnx", async (route) => {
    await new Promise<void>((resolve) => (answer = resolve));
    await route.fulfill({ body: MODEL }).catch(() => undefined);
  });
  const models = await openModels(site);
  const item = models.item(PETS);
  await item.getByRole("button").focus();
  await site.page.keyboard.press("Enter");
  await expect(item).toHaveAttribute("data-state", "loading");
  await expect(item.getByRole("progressbar")).toBeVisible();
  await site.expectModels("loading");
  await expect(item.getByRole("button", { name: "Cancel" })).toBeFocused();
  await site.page.keyboard.press("Enter");
  await expect(item).toHaveAttribute("data-state", "rest");
  await site.expectModels("choice");
  await models.expectInUse("everyday");
  answer();
  await item.getByRole("button", { name: "Use this" }).press("Enter");
  await expect(item).toHaveAttribute("data-state", "loading");
  await expect.poll(() => (answer(), item.getAttribute("data-state"))).toBe("active");
  await expect(item.getByRole("radio"), "the focus stays where it was").toBeFocused();
  await site.page.keyboard.press("ArrowUp");
  await expect(models.facts, "the details are those of the one above").toContainText("everyday");
  await models.expectInUse(PETS);
});

test("the user's own model is used, kept for the next visit, and gone once removed", async ({ open }) => {
  const site = await open({ wav: writeWav("own.wav", SYNTHESISED["siren-sweep"]!) });
  const models = await openModels(site);
  await site.goTo("listen");
  await site.startListening();
  await site.goTo("models");
  await models.give({ name: "my-pets.onnx", buffer: MODEL });
  await models.expectInUse(OWN);
  await expect(models.note).toHaveText("pets is in use and saved in this browser for next time.");
  await expect(models.note).toHaveAttribute("data-code", "");
  await expect(models.facts).toContainText("12 kinds of sound in 3 groups");
  await expect(models.facts).toContainText(sha256(MODEL));
  await expect(models.card).toBeHidden();
  await expect(site.label).toHaveAttribute("data-label", RANKED[0]!, { timeout: 15_000 });
  await expect(site.modelSelect).toHaveValue(OWN);
  await expect(site.modelSelect.locator("option:checked")).toHaveText("12 sounds (pets, your own)");
  // The second visit cleans the cache; the user's own model stays.
  for (let visit = 2; visit <= 3; visit += 1) {
    await site.page.reload();
    await models.expectInUse(OWN);
    await expect.poll(() => cachedSizes(site.page)).toContain(MODEL.length);
  }
  await models.item(OWN).getByRole("button", { name: "Remove" }).click();
  await models.expectInUse("everyday");
  await expect(models.item(OWN)).toHaveCount(0);
  await expect(site.modelSelect.locator("option")).toHaveCount(3);
  await expect.poll(() => cachedSizes(site.page)).not.toContain(MODEL.length);
  expect(await site.page.evaluate((key) => localStorage.getItem(key), OWN_LIST)).toBe("[]");
  await site.page.reload();
  await models.expectInUse("everyday");
});

test("the user's own model that is removed while it loads is not used", async ({ open }) => {
  const site = await open();
  const models = await openModels(site);
  await models.give({ name: "my-pets.onnx", buffer: MODEL });
  await models.expectInUse(OWN);
  await models.item("everyday").getByRole("button", { name: "Use this" }).click();
  await models.expectInUse("everyday");
  await site.page.evaluate(() => {
    const { match } = Cache.prototype;
    const answer = new Promise<void>((resolve) => Object.assign(globalThis, { answer: resolve }));
    Cache.prototype.match = async function (...args) {
      await answer;
      return match.apply(this, args);
    };
  });
  await models.item(OWN).getByRole("button", { name: "Use this" }).click();
  await site.expectModels("loading");
  await models.item(OWN).getByRole("button", { name: "Remove" }).click();
  await expect(models.item(OWN)).toHaveCount(0);
  await site.expectModels("choice");
  await site.page.evaluate(() => (globalThis as unknown as { answer(): void }).answer());
  await expect.poll(() => cachedSizes(site.page)).not.toContain(MODEL.length);
  await models.expectInUse("everyday");
  await expect(site.modelSelect).toHaveValue("everyday");
});

test("the user's own model that is removed before it is saved is not there at the next visit", async ({ open }) => {
  const site = await open();
  const models = await openModels(site);
  await site.page.evaluate(() => {
    const { put } = Cache.prototype;
    const answer = new Promise<void>((resolve) => Object.assign(globalThis, { answer: resolve }));
    Cache.prototype.put = async function (...args) {
      Cache.prototype.put = put;
      await answer;
      await put.apply(this, args);
      Object.assign(globalThis, { kept: true });
    };
  });
  await models.give({ name: "my-pets.onnx", buffer: MODEL });
  await models.expectInUse(OWN);
  await models.item(OWN).getByRole("button", { name: "Remove" }).click();
  await expect(models.item(OWN)).toHaveCount(0);
  await site.page.evaluate(() => (globalThis as unknown as { answer(): void }).answer());
  await site.page.waitForFunction(() => "kept" in globalThis);
  await expect.poll(() => cachedSizes(site.page)).not.toContain(MODEL.length);
  expect(await site.page.evaluate((key) => localStorage.getItem(key), OWN_LIST)).toBe("[]");
});

test("the user's own model with its head, opened together", async ({ open }) => {
  const site = await open();
  const models = await openModels(site);
  await models.give({ name: "pets.onnx", buffer: MODEL }, { name: "pet.head.json", buffer: head() });
  const id = `${OWN}+${sha256(head()).slice(0, 12)}`;
  await models.expectInUse(id);
  await expect(models.facts).toContainText("pet: Tells a pet from none");
  await expect(models.facts).toContainText(`pet: ${sha256(head())}`);
  await site.page.reload();
  await models.expectInUse(id);
  await expect(models.facts).toContainText("No pet");
});

test("a file that the site also has counts as the site's model", async ({ open }) => {
  const site = await open({ prepare: offerTinyModel });
  const models = await openModels(site);
  await models.give({ name: "pets.onnx", buffer: MODEL });
  await models.expectInUse(PETS);
  await expect(models.item(OWN)).toHaveCount(0);
});

const broken = (changes: Record<string, string | undefined>): Files => [{ name: "broken.onnx", buffer: model(changes) }];

/** Files that cannot be used, and the page's messages about them. */
const REFUSED: [what: string, files: Files, code: string, sentence: RegExp, exactly: RegExp][] = [
  ["a file that is no ONNX", [{ name: "notes.onnx", buffer: Buffer.from("Dear diary, ".repeat(99)) }], "model-format", /not an ONNX file/, /^notes\.onnx: ./],
  ["an empty file", [{ name: "empty.onnx", buffer: Buffer.alloc(0) }], "model-format", /not an ONNX file/, /^empty\.onnx: ./],
  ["a web page", [{ name: "page.onnx", buffer: Buffer.from("<!doctype html><p>No") }], "model-fetch", /web page/, /this is HTML/],
  ["an ONNX without metadata", [{ name: "bare.onnx", buffer: modelWithoutMetadata() }], "metadata-missing", /description is incomplete/, /^bare\.onnx: .*sourcing_sound\.format_version/],
  ["an ONNX that lacks one key", broken({ licence: undefined }), "metadata-missing", /description is incomplete/, /sourcing_sound\.licence/],
  ["an impossible value", broken({ sample_rate: "fast" }), "metadata-invalid", /contains an invalid value/, /sample_rate.*fast/],
  ["another version of the format", broken({ format_version: "7" }), "metadata-version", /another version/, /7/],
  ["a network unlike its description", broken({ n_mels: "32" }), "model-mismatch", /does not match its description/, /32.*24|24.*32/],
  ["a head made for another model", [{ name: "pets.onnx", buffer: MODEL }, { name: "pet.head.json", buffer: head("0".repeat(64)) }], "head-mismatch", /made for another model/, /000000/],
  ["a head that is none", [{ name: "pets.onnx", buffer: MODEL }, { name: "pet.head.json", buffer: Buffer.from("{}") }], "head-format", /not a head/, /pet\.head\.json: ./],
  ["a head alone", [{ name: "pet.head.json", buffer: head() }], "no-model-file", /Choose one \.onnx file/, /^pet\.head\.json$/],
  ["two models at once", [{ name: "a.onnx", buffer: MODEL }, { name: "b.onnx", buffer: MODEL }], "no-model-file", /Choose one \.onnx file/, /a\.onnx, b\.onnx/],
];

for (const [what, files, code, sentence, exactly] of REFUSED) {
  test(`${what} is refused with the reason, and the previous model stays in use`, async ({ open }) => {
    const site = await open();
    const models = await openModels(site);
    await site.goTo("listen");
    await site.startListening();
    await site.goTo("models");
    await models.give(...files);
    await expect(models.note).toHaveAttribute("data-code", code);
    await expect(models.note).toContainText(sentence);
    await expect(models.detail).toHaveText(exactly);
    await expect(models.detail).toBeVisible();
    await models.expectInUse("everyday");
    await site.expectState("listening");
    await expect(site.notice).toHaveAttribute("data-code", "");
    expect(await site.page.evaluate((key) => localStorage.getItem(key), OWN_LIST), "kept").toBeNull();
    expect(site.page.workers(), "workers").toHaveLength(1);
    // This one must not delay the next attempt.
    await models.give({ name: "pets.onnx", buffer: MODEL });
    await models.expectInUse(OWN);
    await expect(models.note).toHaveAttribute("data-code", "");
  });
}

test("a file of more than 200 MB is refused before it is read", async ({ open }) => {
  const path = join(tmpdir(), "sourcing-sound-large.onnx");
  writeFileSync(path, "");
  truncateSync(path, 200_000_001);
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        Blob.prototype.arrayBuffer = () => Promise.reject(new Error("this file was read"));
      }),
  });
  const models = await openModels(site);
  await site.page.getByTestId("own-file").setInputFiles(path);
  await expect(models.note).toHaveAttribute("data-code", "model-too-large");
  await expect(models.note).toContainText("larger than 200 MB");
  await expect(models.detail).toHaveText("sourcing-sound-large.onnx");
  await models.expectInUse("everyday");
});

/** Drops a file on the page. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.getByTestId("app").evaluate(
    (element, [name, base64]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
      for (const type of ["dragenter", "dragover", "drop"]) {
        element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    [name, bytes.toString("base64")] as const,
  );
}

test("a model can be dropped on the page, in any view", async ({ open }) => {
  const site = await open();
  const models = await openModels(site);
  await drop(site.page, "notes.txt", Buffer.from("no model"));
  await expect(models.note).toHaveAttribute("data-code", "model-format");
  await site.goTo("listen");
  await drop(site.page, "pets.onnx", MODEL);
  await expect(models.view).toBeVisible();
  await models.expectInUse(OWN);
  await expect(site.app).not.toHaveAttribute("data-hovering");
  await site.expectState("idle");
});

test("without the site's list, the page still offers its first model and the user's own", async ({ open }) => {
  const site = await open({ expectedErrors: /ERR_FAILED/ });
  let models = await openModels(site);
  await models.give({ name: "pets.onnx", buffer: MODEL });
  await models.expectInUse(OWN);
  await site.page.route("**/models.json", (route) => route.abort());
  await site.page.reload();
  models = new Models(site);
  await models.expectInUse(OWN);
  await expect(models.view.getByTestId("model-item")).toHaveCount(2);
  await models.item("everyday").getByRole("button", { name: "Use this" }).click();
  await models.expectInUse("everyday");
  await expect(models.facts).toContainText("Speech");
  expect(await cachedSizes(site.page), "nothing of the person's is tidied away").toContain(MODEL.length);
});

test("if the browser has lost the user's own model, that is reported, and it can be opened again", async ({ open }) => {
  const site = await open();
  const models = await openModels(site);
  await models.give({ name: "pets.onnx", buffer: MODEL });
  await models.expectInUse(OWN);
  await site.page.evaluate(() => caches.delete("sourcing-sound-models"));
  await site.page.reload();
  await expect(models.note).toHaveAttribute("data-code", "model-gone");
  await expect(models.note).toContainText("Open its file again");
  await models.expectInUse("everyday");
  await models.give({ name: "pets.onnx", buffer: MODEL });
  await models.expectInUse(OWN);
  await site.page.reload();
  await models.expectInUse(OWN);
});

test("the page names every key that the core writes, and no other", async ({ open }) => {
  const site = await open();
  const models = await openModels(site);
  const source = readFileSync(join(REPOSITORY, "src/metadata/write.rs"), "utf8");
  // `("decibel", offset)` names a value.
  const written = [...source.matchAll(/\("([a-z_]+)", (?!offset\))/g)].map(([, key]) => key);
  expect(written.length).toBeGreaterThan(30);
  const keys = models.view.getByTestId("model-keys");
  await keys.locator("summary").click();
  await expect(keys).toContainText("metadata_props");
  const named = await keys.locator("dt code").allTextContents();
  expect(named.sort()).toEqual(written.sort());
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the view is accessible and fits the narrowest screen (${colorScheme})`, async ({ open }) => {
    const site = await open({ prepare: (page) => page.emulateMedia({ colorScheme }) });
    const models = await openModels(site);
    await site.page.setViewportSize({ width: 320, height: 640 });
    await models.item("everyday+urban").getByRole("radio").check();
    await models.card.locator("summary").click();
    await expect(models.card).toContainText("Label by label");
    await models.give({ name: `${"long-name-".repeat(9)}.onnx`, buffer: model({ licence: undefined }) });
    await expect(models.note).toHaveAttribute("data-code", "metadata-missing");
    await models.view.getByTestId("model-keys").locator("summary").click();
    const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, "wider than the screen by").toBeLessThanOrEqual(0);
    expect(await barriers(site.page, "#view-models")).toEqual([]);
  });
}
