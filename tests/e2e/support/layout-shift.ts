// What moved without being asked to. The browser's own measure takes what moves within half a second of a click for the
// click's answer. On a busy machine the answer is painted later than that, and on an idle one half a second hides what
// moves on its own. So here the answer is the first frame after the click in which something could change, and no other.

import type { Page } from "@playwright/test";

interface LayoutShift extends PerformanceEntry {
  value: number;
  sources: { node: Node | null }[];
}

interface Moved {
  /** Frames that answer a click or a key, as times. */
  answers: { from: number; to: number }[];
  shifts: { at: number; value: number }[];
  observer: PerformanceObserver;
  take(entries: PerformanceEntryList): void;
}
declare const moved: Moved;

/**
 * Runs in the page before it opens: notes what moves, except in the list of what was named, since new rows at its top are
 * what it is for.
 */
export function watchLayoutShift(): void {
  const take = (entries: PerformanceEntryList) => {
    const list = document.querySelector("[data-testid=sounds]");
    for (const { startTime, value, sources } of entries as LayoutShift[]) {
      if (!sources.every(({ node }) => node && list?.contains(node))) state.shifts.push({ at: startTime, value });
    }
  };
  const observer = new PerformanceObserver((entries) => take(entries.getEntries()));
  const state: Moved = { answers: [], shifts: [], observer, take };
  Object.assign(globalThis, { moved: state });
  observer.observe({ type: "layout-shift", buffered: true });
  for (const type of ["click", "keydown"]) {
    addEventListener(
      type,
      () => {
        const answer = { from: performance.now(), to: Infinity };
        state.answers.push(answer);
        // Not a time: a task of its own comes after the frame has been painted.
        requestAnimationFrame(() => setTimeout(() => (answer.to = performance.now())));
      },
      true,
    );
  }
}

/** How far things moved since the page was opened, by the browser's measure, without the frames that answer a click. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(async () => {
    // What is about to be painted counts.
    // After the frame, as above.
    await new Promise((resolve) => void requestAnimationFrame(() => setTimeout(resolve)));
    moved.take(moved.observer.takeRecords());
    const isAnswer = (at: number) => moved.answers.some(({ from, to }) => from <= at && at <= to);
    return moved.shifts.filter(({ at }) => !isAnswer(at)).reduce((total, { value }) => total + value, 0);
  });
}
