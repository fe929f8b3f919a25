// What the page has to say while it listens is in sight without scrolling, and moves nothing.

import { answers, listening } from "./support/faults";
import { expect, type Site, test } from "./support/site";

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };

/** Whether every corner of the notice is in the window, and nothing lies over it. */
function inSight(site: Site): Promise<boolean> {
  return site.notice.evaluate((notice) => {
    const { left, right, top, bottom } = notice.getBoundingClientRect();
    const corners = [[left, top], [right, top], [left, bottom], [right, bottom]] as const;
    return corners.every(([x, y]) => {
      const hit = document.elementFromPoint(Math.min(Math.max(x, left + 1), right - 1), Math.min(Math.max(y, top + 1), bottom - 1));
      return hit !== null && (notice === hit || notice.contains(hit));
    });
  });
}

/** Where the answer, the picture and all below it are. */
function places(site: Site): Promise<unknown> {
  const parts = ["stage", "spectrogram", "listen", "pause", "record", "device", "sounds"];
  return site.page.evaluate((parts) => {
    const found = parts.map((id) => document.querySelector(`[data-testid=${id}]`));
    const answer = document.querySelector("[data-testid=label]")?.parentElement;
    return [answer, ...found].map((part) => {
      const { x, y, width, height } = part!.getBoundingClientRect();
      // On the page: the test scrolls to what it clicks.
      return [x, y + scrollY, width, height].map(Math.round);
    });
  }, parts);
}

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const locale of ["en-US", "de-DE"]) {
    test(`a gap after a crash is reported in sight, and nothing moves: ${size}, ${locale}`, async ({ open }) => {
      const site = await listening(open, { context: { viewport, locale } });
      const before = await places(site);
      const promise = await site.notice.textContent();
      const [worker] = site.page.workers();
      await worker!.evaluate(() => self.close()).catch(() => undefined);
      await expect(site.notice).toHaveAttribute("data-code", "worker-crashed");
      expect(await inSight(site), "the crash").toBe(true);
      expect(await places(site)).toEqual(before);
      await answers(site);
      await expect(site.notice).toContainText(/\d\ss\b/);
      expect(await inSight(site), "what was lost").toBe(true);
      expect(await places(site)).toEqual(before);
      // Every button stays free.
      for (const button of ["listen", "pause", "record"]) await site.page.getByTestId(button).click({ trial: true });
      await site.page.getByTestId("notice-close").click();
      await expect(site.notice).toHaveText(promise!);
      await expect(site.page.getByTestId("notice-close")).toBeHidden();
      await expect(site.listen).toBeFocused();
      expect(await places(site)).toEqual(before);
    });
  }

  test(`a refused microphone is reported in sight: ${size}`, async ({ open }) => {
    const site = await open({ permission: "deny", context: { viewport } });
    await site.expectState("idle");
    await site.listen.click();
    await expect(site.notice).toHaveAttribute("data-code", "permission-denied");
    expect(await inSight(site)).toBe(true);
  });
}

test("words that come while another view is shown fit when the view is shown again", async ({ open }) => {
  const site = await listening(open, { context: { viewport: SIZES.phone } });
  await site.goTo("history");
  await site.unplug();
  await site.expectState("waiting");
  await site.goTo("listen");
  await expect(site.label).toHaveText("Waiting for the microphone…");
  const fits = () =>
    site.label.evaluate((label) => label.scrollWidth <= label.clientWidth && label.scrollHeight <= label.clientHeight);
  await expect.poll(fits).toBe(true);
});
