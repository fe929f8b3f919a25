// A browser whose microphone plays a siren, and a page that must not log errors or request other hosts.

import { type BrowserContext, chromium, expect, type Page, test as base } from "@playwright/test";
import { chromiumPath, LAUNCH_ARGS } from "../../e2e/support/environment";
import { SYNTHESISED } from "../../e2e/support/synthesis";
import { writeWav } from "../../e2e/support/wav";

/** `script-src` allows no inline script, no `eval`, no other host, no `data:` and no `blob:`. */
export const STRICT_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'";

export const SIREN = writeWav("package-siren.wav", SYNTHESISED["siren-sweep"]!);
/** Any label for sirens: the label may depend on the loudness. */
export const SIREN_LABEL = /siren/i;

interface Fixtures {
  /** A page with a microphone; the test fails if it logs an error or sends a request to another host. */
  stranger: Page;
}

export const test = base.extend<Fixtures>({
  stranger: async ({}, use) => {
    const args = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: [...LAUNCH_ARGS, ...args, `--use-file-for-fake-audio-capture=${SIREN}`],
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints = watch(context, page);
    try {
      await use(page);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
});

function watch(context: BrowserContext, page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`logged: ${message.text()}`);
  });
  context.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && !["localhost", "127.0.0.1"].includes(hostname)) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  context.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return complaints;
}

/** Presses start and waits until the siren is named. */
export async function labelsTheSiren(page: Page): Promise<void> {
  await page.locator("#start").click();
  await expect(page.locator("#label")).toHaveText(SIREN_LABEL, { timeout: 40_000 });
}

export { expect };
