// What the page showed while it listened, and when, on the clock that starts with the microphone.

import type { Page } from "@playwright/test";

export interface Shown {
  /** Seconds since the microphone was granted. */
  from: number;
  to: number;
  /** `data-label` of the answer: a label, `quiet`, `rejected`, or nothing yet. */
  label: string;
  /** Icon of the label's group; empty where nothing is named. */
  icon: string;
}

interface Log {
  grantedAt: number;
  entries: { at: number; label: string; icon: string }[];
}
declare const labelLog: Log;

/** Runs before the page: remembers when the microphone was granted, and every answer from then on. */
export function logLabels(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const log: Log = { grantedAt: Number.NaN, entries: [] };
    Object.assign(globalThis, { labelLog: log });
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const media = await ask(constraints);
      log.grantedAt = performance.now();
      return media;
    };
    const look = () => {
      const label = document.querySelector<HTMLElement>("[data-testid=label]")?.dataset["label"] ?? "";
      const picture = document.querySelector<HTMLElement>("[data-testid=icon]");
      const icon = picture && !picture.hidden ? (picture.dataset["icon"] ?? "") : "";
      const last = log.entries.at(-1);
      if (last?.label === label && last.icon === icon) return;
      log.entries.push({ at: performance.now(), label, icon });
    };
    const attributeFilter = ["data-label", "data-icon", "hidden"];
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter });
  });
}

/** Waits until the microphone has played `seconds`, and gives what was shown. */
export async function shownUntil(page: Page, seconds: number): Promise<Shown[]> {
  await page.waitForFunction((s) => performance.now() >= labelLog.grantedAt + s * 1000, seconds, {
    polling: 200,
    timeout: (seconds + 60) * 1000,
  });
  return page.evaluate(() => {
    const { grantedAt, entries } = labelLog;
    const now = performance.now();
    return entries.map(({ at, label, icon }, i) => {
      const to = entries[i + 1]?.at ?? now;
      return { from: (at - grantedAt) / 1000, to: (to - grantedAt) / 1000, label, icon };
    });
  });
}

/** How long each answer was shown between two times, longest first. */
export function longestShown(shown: readonly Shown[], from: number, to: number): (Pick<Shown, "label" | "icon"> & { seconds: number })[] {
  const sums = new Map<string, Pick<Shown, "label" | "icon"> & { seconds: number }>();
  for (const { label, icon, ...when } of shown) {
    const seconds = Math.min(to, when.to) - Math.max(from, when.from);
    if (seconds <= 0) continue;
    const sum = sums.get(label) ?? { label, icon, seconds: 0 };
    sum.seconds += seconds;
    sums.set(label, sum);
  }
  return [...sums.values()].sort((a, b) => b.seconds - a.seconds);
}
