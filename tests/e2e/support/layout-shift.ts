import type { Page } from "@playwright/test";

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/**
 * The browser's own measure of what moved without being asked to, since the page was opened: what moves within half a
 * second of a click is the click's answer. The list of what was named is left out: new rows at its top are what it is
 * for.
 */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const list = document.querySelector("[data-testid=sounds]");
        const isExpected = ({ hadRecentInput, sources }: LayoutShift) =>
          hadRecentInput || sources.every(({ node }) => node && list?.contains(node));
        new PerformanceObserver((entries) => {
          const shifts = (entries.getEntries() as LayoutShift[]).filter((entry) => !isExpected(entry));
          resolve(shifts.reduce((total, { value }) => total + value, 0));
        }).observe({ type: "layout-shift", buffered: true });
        // Without any entry the observer is never called.
        setTimeout(() => resolve(0), 500);
      }),
  );
}
