// Teaching in tests: recordings of two sounds that the everyday model has no label for, and steps in the view.

import { expect, type Locator } from "@playwright/test";
import type { Site } from "./site";
import { SYNTHESISED } from "./synthesis";
import { type Sound, writeWav } from "./wav";

/** The two sounds by their labels. */
export const TAUGHT = { "Two-tone horn": "two-tone-horn", "Fast clicks": "fast-clicks" } as const;
export type TaughtName = keyof typeof TAUGHT;
export const LABELS = Object.keys(TAUGHT) as TaughtName[];

/** A stretch of a sound, louder or quieter than it is. */
export function stretch(name: string, from: number, seconds: number, gain = 1): Sound {
  const { samples, sampleRate } = SYNTHESISED[name]!;
  const first = Math.round(from * sampleRate);
  const part = samples.slice(first, first + Math.round(seconds * sampleRate));
  return { samples: part.map((sample) => sample * gain), sampleRate };
}

/** Three recordings of a sound, each unlike the others. */
export function recordings(label: TaughtName): string[] {
  const name = TAUGHT[label];
  return [
    writeWav(`${name}-1.wav`, stretch(name, 0, 3)),
    writeWav(`${name}-2.wav`, stretch(name, 3.3, 4, 0.6)),
    writeWav(`${name}-3.wav`, stretch(name, 7.1, 3.5, 0.35)),
  ];
}

/** A recording that was not among the examples. */
export function another(label: TaughtName): string {
  const name = TAUGHT[label];
  return writeWav(`${name}-other.wav`, stretch(name, 1.7, 6, 0.8));
}

export function card(site: Site, label: string): Locator {
  return site.page.locator(`[data-testid=teach-label][data-label="${label}"]`);
}

/** The view's message about the last input. */
export const notice = (site: Site): Locator => site.page.getByTestId("teach-notice");

export async function expectTaught(site: Site, state: string): Promise<void> {
  await expect(site.page.getByTestId("view-teach")).toHaveAttribute("data-state", state, { timeout: 30_000 });
}

/** Names a sound; its card is there. */
export async function name(site: Site, label: string): Promise<void> {
  await site.page.getByTestId("teach-name").fill(label);
  await site.page.getByTestId("teach-add").click();
  await expect(card(site, label)).toBeVisible();
}

/** Gives files as examples of a sound, and waits until they are learned. */
export async function give(site: Site, label: string, files: string[]): Promise<void> {
  const examples = card(site, label).getByTestId("teach-example");
  const before = await examples.count();
  await card(site, label).getByTestId("teach-file").setInputFiles(files);
  await expect(examples).toHaveCount(before + files.length, { timeout: 30_000 });
  await expectTaught(site, "learned");
}

/** Teaches both sounds from three files each. */
export async function teachBoth(site: Site): Promise<void> {
  await site.expectState("idle");
  await site.goTo("teach");
  for (const label of LABELS) {
    await name(site, label);
    await give(site, label, recordings(label));
  }
}

/** The label of a recording in the view "Files". */
export async function labelOf(site: Site, file: string): Promise<string | null> {
  await site.goTo("files");
  await site.openFile(file);
  const result = site.page.getByTestId("file-card").first();
  await expect(result).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  return result.getAttribute("data-label");
}

/** New recordings of both sounds get their labels. */
export async function expectDistinguished(site: Site): Promise<void> {
  for (const label of LABELS) expect(await labelOf(site, another(label)), label).toBe(label);
}
