// What moved without being asked to. The browser's own measure takes what moves within half a second of a click for the
// click's answer. On a busy machine the answer is painted later than that, and on an idle one half a second hides what
// moves on its own. So here the answer is the first frame after the click in which something could change, and no other.

import { expect, type Page } from "@playwright/test";

interface LayoutShift extends PerformanceEntry {
  value: number;
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

interface Shift {
  at: number;
  /** The browser's measure of how far. */
  value: number;
  /** The elements that moved, as selectors. */
  elements: string[];
}

interface Moved {
  /** Frames that answer a click or a key, as times. */
  answers: { from: number; to: number }[];
  shifts: Shift[];
  observer: PerformanceObserver;
  take(entries: PerformanceEntryList): void;
}
declare const moved: Moved;

/**
 * Runs in the page before it opens: notes what moves, except in the list of what was named, since new rows at its top are
 * what it is for.
 */
export function watchLayoutShift(): void {
  const selector = (node: Node | null) =>
    node instanceof Element ? `${node.tagName.toLowerCase()}${node.id && `#${node.id}`}${[...node.classList].map((name) => `.${name}`).join("")}` : String(node?.nodeName);
  /** The browser's measure for one element: the share of the window that it takes, times how far it moved. */
  const moveOf = ({ previousRect: from, currentRect: to }: LayoutShift["sources"][number]) => {
    const width = Math.max(from.right, to.right) - Math.min(from.left, to.left);
    const height = Math.max(from.bottom, to.bottom) - Math.min(from.top, to.top);
    const far = Math.max(Math.abs(from.left - to.left), Math.abs(from.top - to.top));
    return ((width * height) / (innerWidth * innerHeight)) * (far / Math.max(innerWidth, innerHeight));
  };
  const take = (entries: PerformanceEntryList) => {
    const list = document.querySelector("[data-testid=sounds]");
    for (const { startTime, value, sources } of entries as LayoutShift[]) {
      const others = sources.filter(({ node }) => !node || !list?.contains(node));
      if (others.length === 0) continue;
      // A new row may move in the same frame as something else, and the browser has one measure for both.
      const measure = others.length === sources.length ? value : others.reduce((sum, source) => sum + moveOf(source), 0);
      state.shifts.push({ at: startTime, value: measure, elements: others.map(({ node }) => selector(node)) });
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
        // Not a time: a separate task runs after the frame has been painted.
        requestAnimationFrame(() => setTimeout(() => (answer.to = performance.now())));
      },
      true,
    );
  }
}

/** The browser's measure below which nothing is seen to move. */
const STILL = 0.01;

/** What moved since the page was opened, without the frames that answer a click. */
export function layoutShifts(page: Page): Promise<Shift[]> {
  return page.evaluate(async () => {
    // What is about to be painted counts.
    // After the frame, as above.
    await new Promise((resolve) => void requestAnimationFrame(() => setTimeout(resolve)));
    moved.take(moved.observer.takeRecords());
    const isAnswer = (at: number) => moved.answers.some(({ from, to }) => from <= at && at <= to);
    return moved.shifts.filter(({ at }) => !isAnswer(at));
  });
}

/** Nothing but what `before` names has moved. */
export async function expectStill(page: Page, before: readonly Shift[] = []): Promise<void> {
  const shifts = (await layoutShifts(page)).slice(before.length);
  const total = shifts.reduce((sum, { value }) => sum + value, 0);
  expect(total, `how far things jumped: ${JSON.stringify(shifts)}`).toBeLessThan(STILL);
}
