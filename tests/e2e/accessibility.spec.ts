// Accessibility: axe-core on every view, the keyboard, and windows as narrow as zoom makes them.

import type { Page } from "@playwright/test";
import { serious } from "./support/axe";
import { expect, type OpenOptions, type Site, test } from "./support/site";

const VIEWS = ["listen", "history", "files", "teach", "models", "about"] as const;

/** Viewports of screens that are 1280 and 390 px wide. */
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

async function goTo(page: Page, view: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), view);
  await expect(page.getByTestId(`view-${view}`)).toHaveJSProperty("hidden", false);
}

async function openWith(open: (options?: OpenOptions) => Promise<Site>, context: OpenOptions["context"]): Promise<Site> {
  const site = await open({ context: context ?? {} });
  await site.expectState("idle");
  return site;
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`axe-core finds nothing serious, ${colorScheme} and ${size}`, async ({ open }) => {
      const site = await openWith(open, { viewport, colorScheme });
      const found: string[] = [];
      for (const view of VIEWS) {
        await goTo(site.page, view);
        found.push(...(await serious(site.page, `${view}, ${colorScheme}, ${size}`)));
      }
      await goTo(site.page, "listen");
      await site.startListening();
      await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
      found.push(...(await serious(site.page, `listening, ${colorScheme}, ${size}`)));
      expect(found).toEqual([]);
    });
  }
}

test("the German page is marked as German, and is as accessible", async ({ open }) => {
  const site = await openWith(open, { viewport: SIZES.narrow, locale: "de-DE" });
  await expect(site.page.locator("html")).toHaveAttribute("lang", "de");
  await expect(site.page.getByTestId("tab-history")).toHaveText("Verlauf");
  for (const view of VIEWS) {
    await goTo(site.page, view);
    expect(await serious(site.page, `${view}, German`)).toEqual([]);
  }
});

test("the language can be changed where the browser stores nothing", async ({ open }) => {
  const site = await open({
    context: { locale: "en-US" },
    prepare: (page) =>
      page.addInitScript(() =>
        Object.defineProperty(globalThis, "localStorage", {
          get() {
            throw new DOMException("refused", "SecurityError");
          },
        }),
      ),
  });
  await site.expectState("idle");
  await site.page.getByTestId("language").selectOption("de");
  await expect(site.page.locator("html")).toHaveAttribute("lang", "de");
  await site.page.getByTestId("language").selectOption("en");
  await expect(site.page.locator("html")).toHaveAttribute("lang", "en");
});

test("the page states its language", async ({ open }) => {
  const site = await openWith(open, { locale: "en-GB" });
  await expect(site.page.locator("html")).toHaveAttribute("lang", "en");
});

test("the tab key reaches everything and leaves the page again", async ({ open }) => {
  const site = await openWith(open, { viewport: SIZES.wide });
  for (const view of VIEWS) {
    await goTo(site.page, view);
    const { wanted, reached, left } = await tabThrough(site.page);
    expect(left, `${view}: focus leaves the page`).toBe(true);
    expect(reached, view).toEqual(expect.arrayContaining(wanted));
  }
});

/** Presses Tab from the top of the page until the focus has left it. */
async function tabThrough(page: Page): Promise<{ wanted: string[]; reached: string[]; left: boolean }> {
  const wanted = await page.evaluate(() => {
    const selector = "a[href], button, select, input, textarea, summary, [tabindex='0']";
    const usable = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => {
      // In a group of radio buttons, the tab key reaches the selected one.
      const isOther = element instanceof HTMLInputElement && element.type === "radio" && !element.checked;
      return element.checkVisibility({ visibilityProperty: true }) && !element.matches(":disabled") && !isOther;
    });
    usable.forEach((element, i) => (element.dataset["tabbed"] = String(i)));
    (document.activeElement as HTMLElement | null)?.blur();
    // Tab starts from the element that was last clicked or focused.
    const start = document.createElement("span");
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.remove();
    return usable.map((_, i) => String(i));
  });
  const reached: string[] = [];
  for (let presses = 0; presses < wanted.length + 20; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      return element instanceof HTMLElement && element !== document.body ? (element.dataset["tabbed"] ?? "other") : undefined;
    });
    if (at === undefined || (at !== "other" && reached.includes(at))) return { wanted, reached, left: true };
    reached.push(at);
  }
  return { wanted, reached, left: false };
}

// 640 px at 200% is 320.
test("at 200% nothing overflows the window sideways", async ({ open }) => {
  const site = await openWith(open, { viewport: { width: 320, height: 640 } });
  for (const view of VIEWS) {
    await goTo(site.page, view);
    const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, view).toBeLessThanOrEqual(0);
  }
});

test("a German button is as wide as its words at 320 px", async ({ open }) => {
  const site = await openWith(open, { viewport: { width: 320, height: 640 }, locale: "de-DE" });
  await site.startListening();
  for (const button of await site.page.locator(".controls button").all()) {
    const [inside, room] = await button.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
    expect(inside, (await button.textContent()) ?? "").toBeLessThanOrEqual(room!);
  }
});

test("what the tab key reaches on a phone is not behind the tabs", async ({ open }) => {
  const site = await openWith(open, { viewport: { width: 390, height: 600 } });
  const { page } = site;
  const last = page.getByTestId("settings").locator("summary");
  /** Whether the middle of what has the focus can be seen. */
  const inSight = () =>
    page.evaluate(() => {
      const { left, top, width, height } = document.activeElement!.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      return hit !== null && document.querySelector("main")!.contains(hit);
    });
  await site.listen.focus();
  for (let presses = 0; presses < 30; presses += 1) {
    await expect.poll(inSight, await page.evaluate(() => document.activeElement!.outerHTML)).toBe(true);
    if (await last.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the settings were not reached");
});

test("high contrast leaves the bars, the level and the chevrons of choices", async ({ open }) => {
  const site = await openWith(open, { forcedColors: "active" });
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  const { page } = site;
  const background = (selector: string) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).backgroundColor);
  for (const [fill, track] of [[".meter-fill", ".meter-track"], [".score-bar", ".score-track"], [".bar-fill", ".bar-track"]] as const) {
    expect(await background(fill), fill).not.toBe(await background(track));
    expect(await background(fill), fill).not.toBe("rgba(0, 0, 0, 0)");
  }
  await expect(page.getByTestId("device")).toHaveCSS("appearance", "auto");
});
