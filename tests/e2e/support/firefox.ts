// The page in Firefox, driven by WebDriver BiDi: Playwright drives only the Firefox that it ships.

import { existsSync } from "node:fs";
import { launch, type Page } from "puppeteer-core";

const CANDIDATES = ["/usr/bin/firefox", "/usr/bin/firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** The Firefox at `FIREFOX_PATH`, or an installed one. It may be absent. */
export const firefoxPath = find();

function find(): string | undefined {
  const given = process.env["FIREFOX_PATH"];
  if (given && !existsSync(given)) throw new Error(`FIREFOX_PATH: there is no file at ${given}; see tests/e2e/README.md`);
  return given || CANDIDATES.find(existsSync);
}

const PREFERENCES = {
  // Firefox's fake microphone, which hums, without a permission prompt.
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  // A sound card that is not there: Firefox's audio clock stops on a machine that has none.
  "media.cubeb.force_mock_context": true,
  "media.autoplay.default": 0,
  // No background traffic.
  "app.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

/** The page and its parts, as the tests of Chromium name them. */
export class FirefoxSite {
  constructor(readonly page: Page) {}

  async waitFor(testId: string, attribute: string, pattern: RegExp, timeout = 30_000): Promise<string> {
    const handle = await this.page.waitForFunction(
      (id, name, source) => {
        const value = document.querySelector(`[data-testid="${id}"]`)?.getAttribute(name) ?? "";
        return new RegExp(source).test(value) && { value };
      },
      { timeout, polling: 200 },
      testId,
      attribute,
      pattern.source,
    );
    const found = await handle.jsonValue();
    return found ? found.value : "";
  }

  async expectState(state: string): Promise<void> {
    await this.waitFor("app", "data-state", new RegExp(`^${state}$`));
  }

  async click(testId: string): Promise<void> {
    await this.page.locator(`[data-testid="${testId}"]`).click();
  }

  async openFile(path: string): Promise<void> {
    const input = await this.page.$('input[data-testid="file"]');
    if (!input) throw new Error("the page has no input for a file");
    await input.uploadFile(path);
  }

  /** Microphone tracks that the page holds open. */
  liveTracks(): Promise<number> {
    return this.page.evaluate(
      () => (globalThis as unknown as Spy).grantedTracks.filter(({ readyState }) => readyState === "live").length,
    );
  }
}

interface Spy {
  grantedTracks: MediaStreamTrack[];
}

function spyOnTracks(): void {
  const spy = globalThis as unknown as Spy;
  spy.grantedTracks = [];
  // Firefox leaves its empty page for another one when the site's headers ask for a separate window group.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) return;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const media = await original(constraints);
    spy.grantedTracks.push(...media.getTracks());
    return media;
  };
}

type Preferences = Readonly<Record<string, boolean | number | string>>;

/** Opens the project's page as {@link openInFirefox} does, and waits until it is ready. */
export async function inFirefox(
  url: string,
  work: (site: FirefoxSite) => Promise<void>,
  prepare?: (page: Page) => Promise<unknown>,
  preferences?: Preferences,
): Promise<void> {
  const workOnSite = async (page: Page) => {
    const site = new FirefoxSite(page);
    await site.expectState("idle");
    await work(site);
  };
  await openInFirefox(url, workOnSite, prepare, preferences);
}

/** Opens a page, lets `work` use it, and checks that nothing was thrown and no request left the origin. */
export async function openInFirefox(
  url: string,
  work: (page: Page) => Promise<void>,
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
  preferences: Preferences = {},
): Promise<void> {
  const browser = await launch({
    browser: "firefox",
    executablePath: firefoxPath!,
    headless: true,
    extraPrefsFirefox: { ...PREFERENCES, ...preferences },
  });
  try {
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      // Firefox draws parts of its controls with a font from a data: address.
      const stays = ["blob:", "data:"].includes(protocol);
      if (origin !== new URL(url).origin && !stays) troubles.push(`a request to ${request.url()}`);
    });
    await prepare(page);
    await page.evaluateOnNewDocument(spyOnTracks);
    await page.goto(url);
    await work(page);
    if (troubles.length > 0) throw new Error(troubles.join("\n"));
  } finally {
    await browser.close();
  }
}
