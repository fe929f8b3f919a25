// The page in a separate context, with checks that must hold in every test:
// no request leaves its origin, nothing is logged as an error, nothing is thrown.

import { type BrowserContextOptions, expect, type Locator, type Page, test as base } from "@playwright/test";
import { acquireBrowser, type BrowserOptions, closeBrowsers } from "./browsers";
import { watchLayoutShift } from "./layout-shift";

export interface OpenOptions extends BrowserOptions {
  /** Runs before the page is opened. */
  prepare?: (page: Page) => Promise<unknown>;
  /** Console errors that belong to what is tested. */
  expectedErrors?: RegExp;
  /** Whether the page may have its service worker. Requests of one cannot be answered by `page.route`. Default: block. */
  serviceWorkers?: "allow" | "block";
  /** How the page is shown: its size, colours, motion and language. */
  context?: Pick<BrowserContextOptions, "viewport" | "colorScheme" | "forcedColors" | "reducedMotion" | "locale">;
}

/** The page and its parts. */
export class Site {
  readonly app: Locator;
  readonly label: Locator;
  readonly notice: Locator;
  readonly listen: Locator;
  readonly record: Locator;
  /** The line with the models, and its parts. */
  readonly models: Locator;
  readonly modelSelect: Locator;

  constructor(readonly page: Page) {
    this.app = page.getByTestId("app");
    this.label = page.getByTestId("label");
    this.notice = page.getByTestId("notice");
    this.listen = page.getByTestId("listen");
    this.record = page.getByTestId("record");
    this.models = page.getByTestId("models");
    this.modelSelect = page.getByTestId("model-select");
  }

  async expectState(state: string, timeout = 20_000): Promise<void> {
    await expect(this.app).toHaveAttribute("data-state", state, { timeout });
  }

  /** Selects another model in the model line, and waits until it is in use. */
  async choose(id: string): Promise<void> {
    await this.modelSelect.selectOption(id);
    const item = this.page.locator(`[data-testid=model-item][data-id="${id}"]`);
    await expect(item).toHaveAttribute("data-state", "active", { timeout: 30_000 });
    await expect(this.models).toHaveAttribute("data-state", "choice", { timeout: 30_000 });
    await expect(this.modelSelect).toHaveValue(id);
  }

  /** Waits until the model line is loading or ready for a choice. */
  async expectModels(state: "loading" | "choice", timeout = 30_000): Promise<void> {
    await expect(this.models).toHaveAttribute("data-state", state, { timeout });
  }

  async goTo(view: "listen" | "history" | "files" | "teach" | "models"): Promise<void> {
    await this.page.getByTestId(`tab-${view}`).click();
    await expect(this.page.getByTestId(`view-${view}`)).toBeVisible();
  }

  async startListening(): Promise<void> {
    await this.listen.click();
    await this.expectState("listening");
  }

  async openFile(path: string): Promise<void> {
    await this.page.getByTestId("file").setInputFiles(path);
  }

  /** The labels shown during `seconds`, sampled five times a second. */
  async watchLabels(seconds: number): Promise<string[]> {
    return this.label.evaluate(async (element, milliseconds) => {
      const seen: string[] = [];
      const end = performance.now() + milliseconds;
      while (performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        seen.push((element as HTMLElement).dataset["label"] ?? "");
      }
      return seen;
    }, seconds * 1000);
  }

  /** The scores shown, by label. */
  async scores(): Promise<Record<string, number>> {
    const rows = await this.page
      .locator("[data-testid=scores] [data-label]")
      .evaluateAll((elements) => elements.map((e) => ({ ...(e as HTMLElement).dataset })));
    return Object.fromEntries(rows.map((row) => [row["label"] ?? "", Number(row["score"])]));
  }

  /** Microphone tracks that the page holds open. */
  async liveTracks(): Promise<number> {
    return this.page.evaluate(
      () => (globalThis as unknown as Spy).grantedTracks.filter((track) => track.readyState === "live").length,
    );
  }

  /** From now on, requests for a microphone fail with this error; "" for none. */
  async refuse(deviceError: string): Promise<void> {
    await this.page.evaluate((name) => {
      (globalThis as unknown as Spy).deviceError = name;
    }, deviceError);
  }

  /** Ends the microphone as unplugging does, without another one: the track is over and says so. */
  async unplug(): Promise<void> {
    await this.refuse("NotFoundError");
    await this.page.evaluate(() => {
      for (const track of (globalThis as unknown as Spy).grantedTracks) {
        track.stop();
        track.dispatchEvent(new Event("ended"));
      }
    });
  }

  /** Connects a microphone again. */
  async plugIn(): Promise<void> {
    await this.refuse("");
    await this.page.evaluate(() => void navigator.mediaDevices.dispatchEvent(new Event("devicechange")));
  }
}

interface Spy {
  grantedTracks: MediaStreamTrack[];
  /** Name of the error with which the browser answers from now on; empty for none. */
  deviceError: string;
  /** Every audio clock that was made. */
  contexts: AudioContext[];
}

/** Remembers every track that is granted. */
function spyOnTracks(): void {
  const spy = globalThis as unknown as Spy;
  spy.grantedTracks = [];
  spy.deviceError = "";
  spy.contexts = [];
  const { AudioContext } = globalThis;
  globalThis.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      spy.contexts.push(this);
    }
  };
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) return;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    if (spy.deviceError !== "") throw new DOMException("not now", spy.deviceError);
    const media = await original(constraints);
    spy.grantedTracks.push(...media.getTracks());
    return media;
  };
}

/** One page on the site, in a context of its own; `finish` checks what must always hold and closes the context. */
export async function openSite(
  baseURL: string,
  options: OpenOptions = {},
): Promise<{ site: Site; finish: () => Promise<void> }> {
  const { browser, release } = await acquireBrowser(options);
  const { serviceWorkers = "block", context: shown = {} } = options;
  const context = await browser.newContext({ ...shown, serviceWorkers });
  const close = async () => {
    await context.close();
    await release();
  };
  try {
    const page = await context.newPage();
    const { origin } = new URL(baseURL);
    const foreign: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== "blob:") foreign.push(request.url());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !options.expectedErrors?.test(message.text())) errors.push(message.text());
    });
    await page.addInitScript(spyOnTracks);
    await page.addInitScript(watchLayoutShift);
    await options.prepare?.(page);
    await page.goto(baseURL);
    const finish = async () => {
      const text = await page.locator("body").innerText();
      await close();
      expect(foreign, "requests to other origins").toEqual([]);
      expect(errors, "errors in the console").toEqual([]);
      expect(text, "the page's text").not.toMatch(/\b(NaN|undefined|Infinity)\b|\[object /);
    };
    return { site: new Site(page), finish };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** `open` returns a site; when the test is over, its checks are made and its context is closed. */
export const test = base.extend<{ open: (options?: OpenOptions) => Promise<Site> }, { browsers: void }>({
  browsers: [
    async ({}, use) => {
      await use();
      await closeBrowsers();
    },
    { scope: "worker", auto: true },
  ],
  open: async ({ baseURL }, use) => {
    if (!baseURL) throw new Error("the configuration has no baseURL");
    const endings: (() => Promise<void>)[] = [];
    await use(async (options) => {
      const { site, finish } = await openSite(baseURL, options);
      endings.push(finish);
      return site;
    });
    for (const finish of endings) await finish();
  },
});

export { expect };
