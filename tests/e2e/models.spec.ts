// Several models: loaded, cached, selected, and switched while the page listens.

import type { Page } from "@playwright/test";
import { expectStill, layoutShifts } from "./support/layout-shift";
import { expect, type OpenOptions, type Site, test as base } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { card, expectTaught, give, LABELS, name, recordings } from "./support/teach";
import { head, MODEL, RANKED } from "./support/tiny-model";
import { offerTinyModel, PET_HEAD, PETS, type TinySite } from "./support/tiny-site";
import { writeWav } from "./support/wav";

type Opened = { site: Site; tiny: TinySite };

/** `openTiny` opens the page with the tiny model instead of the large one. */
const test = base.extend<{ openTiny: (options?: OpenOptions & { head?: Buffer; name?: string }) => Promise<Opened> }>({
  openTiny: async ({ open }, use) => {
    await use(async ({ head, name, ...options } = {}) => {
      let tiny: TinySite | undefined;
      const prepare = async (page: Page) => {
        tiny = await offerTinyModel(page, head, name);
        await options.prepare?.(page);
      };
      const site = await open({ ...options, prepare });
      await site.expectState("idle");
      return { site, tiny: tiny! };
    });
  },
});

function cachedFiles(page: Page): Promise<number> {
  return page.evaluate(async () => (await (await caches.open("sourcing-sound-models")).keys()).length);
}

/** The model's file in the page's cache: its bytes, or `undefined`. */
function cached(page: Page): Promise<number | undefined> {
  return page.evaluate(async (size) => {
    const cache = await caches.open("sourcing-sound-models");
    const sizes = await Promise.all((await cache.matchAll()).map(async (found) => (await found.arrayBuffer()).byteLength));
    return sizes.find((bytes) => bytes === size);
  }, MODEL.length);
}

/** Starts listening. Until the function it returns is called, the user has not allowed the microphone, and no model is put in use. */
async function askForMicrophone(site: Site): Promise<() => Promise<void>> {
  await site.page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const answer = new Promise<void>((resolve) => Object.assign(globalThis, { answer: resolve }));
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      await answer;
      return ask(constraints);
    };
  });
  await site.listen.click();
  await site.expectState("starting");
  return () => site.page.evaluate(() => (globalThis as unknown as { answer(): void }).answer());
}

test("users can choose among the page's models; the first is the default", async ({ openTiny }) => {
  const { site } = await openTiny();
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue("everyday");
  await expect(site.modelSelect.locator("option")).toHaveText([/everyday/, /pets/, /pet/]);
});

test("a model may have the name of something that every object has", async ({ openTiny }) => {
  const { site } = await openTiny({ name: "constructor" });
  await site.expectModels("choice");
  await expect(site.modelSelect.locator("option")).toHaveText([/everyday/, "12 sounds (constructor)", /pet/]);
  await site.goTo("models");
  const item = site.page.locator("[data-testid=model-item][data-id=constructor]");
  await expect(item.locator(".model-list-name")).toHaveText("constructor");
  await expect(item.getByTestId("model-terms"), "the page knows no terms of it").toHaveCount(0);
});

test("switching while listening shows the new labels with their groups, and loses no sound", async ({ openTiny }) => {
  const { site } = await openTiny({ wav: writeWav("models.wav", SYNTHESISED["siren-sweep"]!) });
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  await site.page.evaluate(() => {
    const states: string[] = [];
    const app = document.querySelector("[data-testid=app]") as HTMLElement;
    new MutationObserver(() => states.push(app.dataset["state"]!)).observe(app, { attributeFilter: ["data-state"] });
    Object.assign(globalThis, { states });
  });
  const before = await layoutShifts(site.page);
  await site.choose(PETS);
  await expect(site.label).toHaveAttribute("data-label", RANKED[0]!);
  await expect(site.modelSelect).toHaveValue(PETS);
  await expect(site.page.getByTestId("icon")).toHaveAttribute("data-icon", "cat");
  await expect(site.page.getByTestId("icon").locator("svg")).toBeVisible();
  await expect(site.page.getByTestId("group")).toHaveText("Cat 93%");
  await expect(site.page.getByTestId("detail")).toContainText("81% sure");
  expect(Object.keys(await site.scores())).toEqual(RANKED);
  const rows = site.page.getByTestId("scores").locator("li");
  await expect(rows.nth(0)).toContainText("Purr");
  await expect(rows.nth(0)).toContainText("Cat 93%");
  await expect(rows.nth(1).locator("svg")).toBeVisible();
  const listed = site.page.getByTestId("sounds").locator('[data-label="Purr"]');
  await expect(listed).toContainText("Cat 93%");
  await expect(listed).toContainText("81%");
  await expect(listed.locator("svg")).toBeVisible();
  await expect(site.notice, "no sound was lost").toHaveText("Sound never leaves this device.");
  expect(await site.page.evaluate(() => (globalThis as unknown as { states: string[] }).states)).toEqual([]);
  expect(site.page.workers(), "the old worker is gone").toHaveLength(1);
  expect(await site.liveTracks()).toBe(1);
  await expectStill(site.page, before);
});

test("a model that is chosen while what was taught is put in use is the one in use", async ({ openTiny }) => {
  const { site, tiny } = await openTiny({ wav: writeWav("taught-meanwhile.wav", SYNTHESISED["siren-sweep"]!) });
  const [label] = LABELS;
  await site.goTo("teach");
  await name(site, label!);
  await give(site, label!, recordings(label!));
  await site.goTo("listen");
  const answer = await askForMicrophone(site);
  // The classifier with the next taught sound is not ready before the chosen model is.
  await site.page.evaluate(() => {
    const { Worker } = globalThis;
    const release = new Promise<void>((resolve) => Object.assign(globalThis, { release: resolve }));
    class Held extends Worker {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        Object.assign(globalThis, { Worker, held: true });
        const post = this.postMessage.bind(this) as (...args: unknown[]) => void;
        this.postMessage = (...args: unknown[]) => void release.then(() => post(...args));
      }
    }
    Object.assign(globalThis, { Worker: Held });
  });
  await site.goTo("teach");
  await card(site, label!).getByRole("button", { name: /^Remove .*-3\.wav/ }).click();
  await site.page.waitForFunction(() => "held" in globalThis);
  const before = site.page.workers().length;
  await site.goTo("listen");
  await site.modelSelect.selectOption(PETS);
  await expect.poll(() => tiny.modelRequests).toBe(1);
  await expect.poll(() => site.page.workers().length).toBeGreaterThan(before);
  await site.page.evaluate(() => (globalThis as unknown as { release(): void }).release());
  await answer();
  await site.expectState("listening");
  await site.expectModels("choice");
  // What is learned is put in use after everything before it.
  await site.goTo("teach");
  await site.page.getByTestId("undo").click();
  await expect(card(site, label!).getByTestId("teach-example")).toHaveCount(3);
  await expectTaught(site, "waiting");
  await expect(site.modelSelect).toHaveValue(PETS);
  await expect.poll(async () => Object.keys(await site.scores())).toEqual(RANKED);
});

test("a model that is chosen while another one is put in use shows its progress and can be cancelled", async ({ openTiny }) => {
  const { site } = await openTiny();
  // Never answered: it is loading until the user cancels.
  await site.page.route("**/*.head.json", () => undefined);
  const item = (id: string) => site.page.locator(`[data-testid=model-item][data-id="${id}"]`);
  await site.expectModels("choice");
  const answer = await askForMicrophone(site);
  await site.goTo("models");
  await item(PETS).getByRole("button").click();
  await expect(item(PETS).getByRole("button"), "it is put in use").toHaveAttribute("aria-disabled", "true");
  await item(PET_HEAD).getByRole("button").click();
  await answer();
  await expect(item(PETS)).toHaveAttribute("data-state", "active");
  await expect(item(PET_HEAD)).toHaveAttribute("data-state", "loading");
  await site.expectModels("loading");
  await item(PET_HEAD).getByRole("button", { name: "Cancel" }).click();
  await expect(item(PET_HEAD)).toHaveAttribute("data-state", "rest");
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue(PETS);
});

test("a model that is chosen while another one cannot be put in use shows its progress and can be cancelled", async ({ openTiny }) => {
  const { site } = await openTiny();
  await site.page.route("**/*.head.json", () => undefined);
  const item = (id: string) => site.page.locator(`[data-testid=model-item][data-id="${id}"]`);
  await site.expectModels("choice");
  const answer = await askForMicrophone(site);
  await site.goTo("models");
  await item(PETS).getByRole("button").click();
  await expect(item(PETS).getByRole("button"), "it is put in use").toHaveAttribute("aria-disabled", "true");
  // The microphone opens with the model that it has, and cannot switch.
  await site.page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    let first: Worker | undefined;
    Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
      first ??= this;
      if (this === first) return Reflect.apply(postMessage, this, args) as void;
      Object.assign(globalThis, { refused: true });
      throw new DOMException("as if out of memory", "DataCloneError");
    };
  });
  await item(PET_HEAD).getByRole("button").click();
  await answer();
  await site.page.waitForFunction(() => "refused" in globalThis);
  await expect(site.app).toHaveAttribute("data-state", "listening");
  await expect(item(PET_HEAD)).toHaveAttribute("data-state", "loading");
  await item(PET_HEAD).getByRole("button", { name: "Cancel" }).click();
  await expect(item(PET_HEAD)).toHaveAttribute("data-state", "rest");
  await expect(item("everyday")).toHaveAttribute("data-state", "active");
});

test("the models view describes the model in use", async ({ openTiny }) => {
  const { site } = await openTiny();
  const facts = site.page.getByTestId("facts");
  await expect(facts).toContainText("everyday");
  await site.choose(PETS);
  await expect(facts).toContainText("pets: Hears a purring cat in everything");
  await expect(facts).toContainText("12 kinds of sound in 3 groups");
  await site.goTo("models");
  await facts.locator("summary").click();
  await expect(facts).toContainText("Cat · Purr");
  await expect(facts.getByText("Cat · Purr")).toBeVisible();
  await site.goTo("listen");
  await site.modelSelect.selectOption("everyday");
  await expect(facts).toContainText("Speech");
});

test("the available choices: the first model, the large one, a head on it", async ({ openTiny }) => {
  const { site } = await openTiny({ wav: writeWav("choice.wav", SYNTHESISED["siren-sweep"]!) });
  await site.choose(PETS);
  await site.startListening();
  await site.modelSelect.selectOption(PET_HEAD);
  await expect(site.label).toHaveAttribute("data-label", "Pet", { timeout: 15_000 });
  const shown = Object.keys(await site.scores());
  expect(shown, "the labels of the model below stay").toContain(RANKED[0]);
  await site.choose("everyday");
  await expect(site.page.locator("[data-testid=scores] [data-label]").first()).toBeVisible({ timeout: 15_000 });
  await site.expectState("listening");
});

test("shown results are classified again by the chosen model", async ({ openTiny }) => {
  const { site } = await openTiny();
  await site.record.click();
  await site.expectState("result");
  await site.choose(PETS);
  await expect(site.label).toHaveAttribute("data-label", RANKED[0]!);
  await site.expectState("result");
  await expect(site.page.getByTestId("source")).toHaveText("Your recording · 4 s");
  expect(Object.keys(await site.scores())).toEqual(RANKED);
});

test("the next visit remembers the choice and needs no network for it", async ({ openTiny }) => {
  const { site, tiny } = await openTiny();
  await site.choose(PETS);
  expect(tiny.modelRequests).toBe(1);
  expect(await cached(site.page)).toBe(MODEL.length);
  tiny.model = "nothing";
  await site.page.reload();
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue(PETS);
  expect(tiny.modelRequests).toBe(1);
  // The server has no models: both are found in the cache.
  await expect.poll(() => cachedFiles(site.page)).toBe(2);
  await site.page.route("**/*.onnx", (route) => route.abort());
  await site.modelSelect.selectOption("everyday");
  await site.expectModels("choice");
  await expect(site.page.getByTestId("facts")).toContainText("Speech");
  await site.modelSelect.selectOption(PETS);
  await expect(site.page.getByTestId("facts")).toContainText("purring cat");
  await expect(site.notice).toHaveAttribute("data-code", "");
});

for (const [what, length] of [["truncated", 1000], ["altered", MODEL.length]] as const) {
  test(`a copy in the cache that is ${what} is fetched again`, async ({ openTiny }) => {
    const { site, tiny } = await openTiny();
    await site.choose(PETS);
    await site.page.evaluate(
      async ([size, spoilt]) => {
        const cache = await caches.open("sourcing-sound-models");
        for (const key of await cache.keys()) {
          const bytes = await (await cache.match(key))!.arrayBuffer();
          if (bytes.byteLength === size) await cache.put(key, new Response(new Uint8Array(spoilt)));
        }
      },
      [MODEL.length, length] as const,
    );
    await site.page.reload();
    await site.expectModels("choice");
    await expect(site.modelSelect).toHaveValue(PETS);
    expect(tiny.modelRequests).toBe(2);
    expect(await cached(site.page)).toBe(MODEL.length);
  });
}

test("a browser that refuses to store anything still gets the model", async ({ openTiny }) => {
  const { site } = await openTiny({
    prepare: (page) =>
      page.addInitScript(() => {
        const refuse = () => Promise.reject(new DOMException("no", "SecurityError"));
        Object.defineProperty(globalThis, "caches", { value: { open: refuse } });
        Object.defineProperty(globalThis, "localStorage", {
          get: () => {
            throw new DOMException("no", "SecurityError");
          },
        });
      }),
  });
  await site.choose(PETS);
  await expect(site.page.getByTestId("facts")).toContainText("purring cat");
});

test("a model that cannot be loaded is reported, listening continues, and loading can be retried", async ({ openTiny }) => {
  const { site, tiny } = await openTiny({ expectedErrors: /ERR_FAILED/ });
  await site.startListening();
  tiny.model = "nothing";
  await site.modelSelect.selectOption(PETS);
  await expect(site.notice).toHaveAttribute("data-code", "model-fetch");
  await expect(site.notice).toHaveText("The model could not be loaded. Check your connection, then try again.");
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue("everyday");
  await site.expectState("listening");
  tiny.model = MODEL;
  await site.modelSelect.selectOption(PETS);
  await expect(site.notice).toHaveAttribute("data-code", "");
  await expect(site.label).toHaveAttribute("data-label", RANKED[0]!, { timeout: 15_000 });
});

test("a model that arrives damaged is not used", async ({ openTiny }) => {
  const { site, tiny } = await openTiny();
  tiny.model = Buffer.alloc(MODEL.length, 7);
  await site.modelSelect.selectOption(PETS);
  await expect(site.notice).toHaveAttribute("data-code", "model-damaged");
  expect(tiny.modelRequests, "tried twice").toBe(2);
  expect(await cached(site.page)).toBeUndefined();
  await site.expectModels("choice");
  await expect(site.modelSelect).toHaveValue("everyday");
});

test("a head made for another model is refused, and the previous model stays in use", async ({ openTiny }) => {
  const { site } = await openTiny({ head: head("0".repeat(64)) });
  await site.choose(PETS);
  await site.startListening();
  await site.modelSelect.selectOption(PET_HEAD);
  await expect(site.notice).toHaveAttribute("data-code", "head-mismatch");
  await expect(site.modelSelect).toHaveValue(PETS);
  await site.expectState("listening");
  await expect(site.label).toHaveAttribute("data-label", RANKED[0]!, { timeout: 15_000 });
});

test("a screen reader announces changes of the label, not every update", async ({ openTiny }) => {
  const { site } = await openTiny();
  await site.choose(PETS);
  await site.startListening();
  await expect(site.page.getByTestId("announcer")).toHaveText(RANKED[0]!, { timeout: 15_000 });
  const changes = await site.page.getByTestId("announcer").evaluate(async (element) => {
    let changes = 0;
    new MutationObserver((records) => (changes += records.length)).observe(element, { childList: true, characterData: true, subtree: true });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    return changes;
  });
  expect(changes).toBe(0);
});

test("works by keyboard alone", async ({ openTiny }) => {
  const { site } = await openTiny();
  // The list arrives after the first model; until then it is hidden and takes no focus.
  await site.expectModels("choice");
  await site.modelSelect.focus();
  await site.page.keyboard.press("ArrowDown");
  await expect(site.modelSelect).toHaveValue(PETS);
  await site.expectModels("choice");
  await expect(site.modelSelect).toBeFocused();
});

test("by keyboard, the focus stays in the line of the models, however long it takes to put one in use", async ({ openTiny }) => {
  const { site } = await openTiny();
  await site.expectModels("choice");
  const answer = await askForMicrophone(site);
  await site.modelSelect.focus();
  await site.page.keyboard.press("ArrowDown");
  const cancel = site.page.getByTestId("model-cancel");
  await expect(cancel).toBeDisabled();
  await expect(cancel).toBeFocused();
  await answer();
  await site.expectModels("choice");
  await expect(site.modelSelect).toBeFocused();
});
