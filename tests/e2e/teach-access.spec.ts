// Teaching for everyone: by keyboard alone, by axe-core's rules, light and dark, wide and narrow, without a jump.

import { serious } from "./support/axe";
import { expectStill, layoutShifts } from "./support/layout-shift";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { card, expectTaught, teachBoth } from "./support/teach";
import { writeWav } from "./support/wav";

test("by keyboard alone: named, recorded, removed", async ({ open }) => {
  const site = await open({ wav: writeWav("taught-keys.wav", SYNTHESISED["two-tone-horn"]!) });
  const { page } = site;
  await site.expectState("idle");
  await page.getByTestId("tab-teach").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("teach-name")).toBeVisible();
  await page.getByTestId("teach-name").focus();
  await page.keyboard.type("Horn");
  await page.keyboard.press("Enter");
  await expect(card(site, "Horn").getByRole("heading")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(card(site, "Horn").getByTestId("teach-remove")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(card(site, "Horn").getByTestId("teach-record")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(card(site, "Horn").getByTestId("teach-example")).toHaveCount(1, { timeout: 20_000 });
  await card(site, "Horn").getByRole("button", { name: "Remove: Horn" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("teach-label")).toHaveCount(0);
  await expect(page.getByTestId("teach-name")).toBeFocused();
});

test("what was taught is as accessible in German", async ({ open }) => {
  const site = await open({ context: { locale: "de-DE", viewport: { width: 390, height: 844 } } });
  await teachBoth(site);
  expect(await serious(site.page, "teach, German")).toEqual([]);
});

for (const [size, viewport] of Object.entries({ wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } })) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe-core finds nothing serious in what was taught, ${colorScheme} and ${size}, and nothing jumps`, async ({ open }) => {
      const site = await open({ context: { viewport, colorScheme } });
      await teachBoth(site);
      expect(await serious(site.page, `teach, ${colorScheme}, ${size}`)).toEqual([]);
      const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, "nothing is wider than the window").toBeLessThanOrEqual(0);
      await site.page.reload();
      await site.expectState("idle");
      const before = await layoutShifts(site.page);
      await site.goTo("teach");
      await expectTaught(site, "learned");
      await expectStill(site.page, before);
    });
  }
}
