// The views have separate scripts, which are loaded after the first answer or when a view is opened.

import { readFileSync } from "node:fs";
import { expectStill, layoutShifts } from "./support/layout-shift";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const siren = SYNTHESISED["siren-sweep"]!;

const VIEWS = ["history", "files", "teach", "models"] as const;

/** Addresses of the views' scripts. */
const SCRIPT = { history: /\/history-[^/]*\.js$/, files: /\/files-[^/]*\.js$/, teach: /\/teach-[^/]*\.js$/, models: /\/models-[^/]*\.js$/ };

for (const view of VIEWS) {
  test(`when the script of ${view} cannot be loaded, the view says what to do`, async ({ open }) => {
    let broken = true;
    const site = await open({
      expectedErrors: /Failed to load resource|ERR_FAILED/,
      prepare: (page) => page.route(SCRIPT[view], (route) => (broken ? route.abort() : route.continue())),
    });
    await site.expectState("idle");
    await site.goTo(view);
    const note = site.page.getByTestId(`view-${view}`).getByTestId("view-note");
    await expect(note.getByRole("alert")).toHaveText(/could not be loaded.*reload/);
    // The rest of the page works.
    await site.goTo("listen");
    await site.startListening();
    await site.goTo(view);
    await expect(note).toHaveCount(1);
    broken = false;
    await note.getByTestId("view-reload").click();
    await expect(site.page.getByTestId(`view-${view}`).getByRole("heading").first()).toBeVisible();
    await expect(note).toHaveCount(0);
  });
}

for (const view of VIEWS) {
  test(`${view}, opened before its script is loaded, says so, and nothing jumps when it is shown`, async ({ open }) => {
    let send = (): void => undefined;
    const sent = new Promise<void>((resolve) => (send = resolve));
    const site = await open({
      prepare: (page) =>
        page.route(SCRIPT[view], async (route) => {
          await sent;
          await route.continue();
        }),
    });
    await site.expectState("idle");
    const section = site.page.getByTestId(`view-${view}`);
    const before = await layoutShifts(site.page);
    await site.goTo(view);
    await expect(section.getByTestId("view-note")).toHaveText("One moment…");
    await expect(site.page.locator(".footer")).toBeHidden();
    send();
    await expect(section.getByRole("heading").first()).toBeVisible();
    await expect(section.getByTestId("view-note")).toHaveCount(0);
    await expect(site.page.locator(".footer")).toBeVisible();
    await expectStill(site.page, before);
  });
}

test("what is detected before the script of the history is loaded is in the history, with its own time", async ({ open }) => {
  let send = (): void => undefined;
  const sent = new Promise<void>((resolve) => (send = resolve));
  const site = await open({
    wav: writeWav("late-history.wav", siren),
    prepare: (page) =>
      page.route(SCRIPT.history, async (route) => {
        await sent;
        await route.continue();
      }),
  });
  await site.expectState("idle");
  await site.startListening();
  const detected = site.page.getByTestId("sounds").locator("li[data-label]").last();
  const label = await detected.getAttribute("data-label", { timeout: 20_000 });
  await site.listen.click();
  await site.expectState("idle");
  send();
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator(`[data-label="${label}"]`).first()).toBeVisible();
});

test("without the script of the history, the page says what is missing once there is something to record", async ({ open }) => {
  const site = await open({
    wav: writeWav("no-history.wav", siren),
    expectedErrors: /Failed to load resource|ERR_FAILED/,
    prepare: (page) => page.route(SCRIPT.history, (route) => route.abort()),
  });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.notice).toHaveAttribute("data-code", "part-fetch", { timeout: 20_000 });
  await site.expectState("listening");
});

test("without the script of the samples, the page says so, and the microphone works", async ({ open }) => {
  const site = await open({
    wav: writeWav("no-samples.wav", siren),
    expectedErrors: /Failed to load resource|ERR_FAILED/,
    prepare: (page) => page.route(/\/synthesis-[^/]*\.js$/, (route) => route.abort()),
  });
  await site.expectState("idle");
  await site.page.getByTestId("sample").first().click();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "part-fetch");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 20_000 });
});

test("a file that the system opened the page with is classified, although its script is loaded late", async ({ open }) => {
  const bytes = [...readFileSync(writeWav("launched.wav", siren))];
  const site = await open({
    prepare: (page) =>
      page.addInitScript((content) => {
        const file = new File([new Uint8Array(content)], "launched.wav", { type: "audio/wav" });
        const setConsumer = (consumer: (launch: object) => void) => consumer({ files: [{ getFile: () => Promise.resolve(file) }] });
        Object.defineProperty(globalThis, "launchQueue", { value: { setConsumer } });
      }, bytes),
  });
  const card = site.page.getByTestId("view-files").getByTestId("file-card");
  await expect(card).toBeVisible();
  await expect(card).toContainText("launched.wav");
  await expect(card).toHaveAttribute("data-state", "done");
});

test("a shortcut of the installed page shows its view in a window that is open", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        const setConsumer = (launch: (launch: object) => void) => Object.assign(globalThis, { launch });
        Object.defineProperty(globalThis, "launchQueue", { value: { setConsumer } });
      }),
  });
  await site.page.waitForFunction(() => "launch" in globalThis);
  const launch = (view: string) =>
    site.page.evaluate((targetURL) => (globalThis as unknown as { launch(launch: object): void }).launch({ targetURL }), new URL(view, site.page.url()).href);
  await launch("./#history");
  await expect(site.page.getByTestId("view-history")).toBeVisible();
  // The page's own address names none.
  await launch(".");
  await expect(site.page.getByTestId("view-history")).toBeVisible();
});

test("a shortcut that the page was opened with does not take the user back to its view", async ({ open }) => {
  let send = (): void => undefined;
  const sent = new Promise<void>((resolve) => (send = resolve));
  const site = await open({
    prepare: async (page) => {
      await page.route(/\/launch-[^/]*\.js$/, async (route) => {
        await sent;
        await route.continue();
      });
      await page.addInitScript(() => {
        const setConsumer = (launch: (launch: object) => void) => {
          launch({ targetURL: new URL("#models", location.href).href });
          Object.assign(globalThis, { launch });
        };
        Object.defineProperty(globalThis, "launchQueue", { value: { setConsumer } });
      });
    },
  });
  await site.expectState("idle");
  await site.goTo("models");
  await site.goTo("history");
  send();
  await site.page.waitForFunction(() => "launch" in globalThis);
  expect(new URL(site.page.url()).hash).toBe("#history");
  await expect(site.page.getByTestId("view-history")).toBeVisible();
});

test("a file dropped on another view when a script cannot be loaded: the error is visible", async ({ open }) => {
  const site = await open({
    expectedErrors: /Failed to load resource|ERR_FAILED/,
    prepare: (page) => page.route(SCRIPT.teach, (route) => route.abort()),
  });
  await site.expectState("idle");
  await site.page.locator("#about-link").click();
  await expect(site.page.getByTestId("view-about")).toBeVisible();
  await site.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "x.wav"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect(site.notice).toBeVisible();
  await expect(site.notice).toHaveAttribute("data-code", "part-fetch");
});
