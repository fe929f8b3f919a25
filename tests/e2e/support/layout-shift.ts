import type { Page } from "@playwright/test";

interface LayoutShift extends PerformanceEntry {
  value: number;
  sources: { node: Node | null }[];
}

/**
 * The browser's own measure of what moved without being asked to, since the page was opened. The list of what was
 * heard is left out: new rows at its top are what it is for.
 */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const list = document.querySelector("[data-testid=heard]");
        const isOfList = ({ sources }: LayoutShift) => sources.every(({ node }) => node && list?.contains(node));
        new PerformanceObserver((entries) => {
          const shifts = (entries.getEntries() as LayoutShift[]).filter((entry) => !isOfList(entry));
          resolve(shifts.reduce((total, { value }) => total + value, 0));
        }).observe({ type: "layout-shift", buffered: true });
        // Without any entry the observer is never called.
        setTimeout(() => resolve(0), 500);
      }),
  );
}
