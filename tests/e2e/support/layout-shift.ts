import type { Page } from "@playwright/test";

/** The browser's own measure of what moved without being asked to, since the page was opened. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const sum = (entries: PerformanceEntryList) =>
          entries.reduce((total, entry) => total + (entry as PerformanceEntry & { value: number }).value, 0);
        new PerformanceObserver((list) => resolve(sum(list.getEntries()))).observe({ type: "layout-shift", buffered: true });
        // Without any entry the observer is never called.
        setTimeout(() => resolve(0), 500);
      }),
  );
}
