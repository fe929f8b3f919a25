// What the page showed while it listened, by the clock of the sound itself: on a busy machine answers come late, and a
// wall clock would assign them to another sound.

import type { Page } from "@playwright/test";

export interface Shown {
  /** Seconds of sound that had been analysed when it appeared, and when it went. */
  from: number;
  to: number;
  /** `data-label` of the answer: a label, `quiet`, `rejected`, or nothing yet. */
  label: string;
  /** Icon of the label's group; empty if there is no label. */
  icon: string;
}

/** The level in dBFS RMS of the sound until `time`, in seconds. */
export interface LevelAt {
  time: number;
  rms: number;
}

interface Log {
  /** Seconds of sound that the worker has analysed. */
  time: number;
  levels: LevelAt[];
  entries: { at: number; label: string; icon: string }[];
}
declare const labelLog: Log;

/** Runs before the page: follows the worker's clock, and notes every answer with it. */
export function logLabels(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const log: Log = { time: 0, levels: [], entries: [] };
    Object.assign(globalThis, { labelLog: log });
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        this.addEventListener("message", ({ data }: MessageEvent<{ notice?: string; frame?: { time: number; level: { rms: number } } }>) => {
          if (data.notice !== "frame" || !data.frame) return;
          log.time = data.frame.time;
          log.levels.push({ time: log.time, rms: data.frame.level.rms });
        });
      }
    };
    const look = () => {
      const label = document.querySelector<HTMLElement>("[data-testid=label]")?.dataset["label"] ?? "";
      const picture = document.querySelector<HTMLElement>("[data-testid=icon]");
      const icon = picture && !picture.hidden ? (picture.dataset["icon"] ?? "") : "";
      const last = log.entries.at(-1);
      if (last?.label === label && last.icon === icon) return;
      log.entries.push({ at: log.time, label, icon });
    };
    const attributeFilter = ["data-label", "data-icon", "hidden"];
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter });
  });
}

/** Waits until `seconds` of sound have been analysed, and returns what was shown and how loud it was. */
export async function shownUntil(page: Page, seconds: number): Promise<{ shown: Shown[]; levels: LevelAt[] }> {
  const timeout = (1.5 * seconds + 60) * 1000;
  await page.waitForFunction((wanted) => labelLog.time >= wanted, seconds, { polling: 200, timeout });
  return page.evaluate(() => {
    const { time, levels, entries } = labelLog;
    const shown = entries.map(({ at, label, icon }, i) => ({ from: at, to: entries[i + 1]?.at ?? time, label, icon }));
    return { shown, levels };
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
