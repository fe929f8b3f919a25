// Recordings in the view "Files": sounds to classify, their cards, and what is saved of them.

import { readFileSync } from "node:fs";
import { expect, type Locator } from "@playwright/test";
import type { Site } from "./site";
import { SYNTHESISED } from "./synthesis";
import type { Sound } from "./wav";

export const siren = SYNTHESISED["siren-sweep"]!;

export interface Saved {
  file: string;
  seconds: number;
  model: string;
  channels: number;
  channel: string | number;
  warnings: { code: string; time: number; promised?: number }[];
  events: { label: string; onset: number; offset: number; score: number }[];
  segments: { start: number; end: number; label: string; score: number; rejected: boolean }[];
}

/** The cards of the view, the newest first. */
export const cards = (site: Site): Locator => site.page.getByTestId("file-card");
export const newest = (site: Site): Locator => cards(site).first();

/** Opens files, and waits until they are classified. */
export async function classify(site: Site, ...paths: string[]): Promise<void> {
  await site.page.getByTestId("file").setInputFiles(paths);
  for (let i = 0; i < paths.length; i += 1) {
    await expect(cards(site).nth(i)).toHaveAttribute("data-state", "done", { timeout: 50_000 });
  }
}

export async function save(site: Site, format: "csv" | "json" | "audacity"): Promise<string> {
  const begun = site.page.waitForEvent("download");
  await newest(site).getByTestId(`file-${format}`).click();
  return readFileSync(await (await begun).path(), "utf8");
}

/** The synthesised sounds one after the other, at another rate by taking fewer samples. */
export function medley(every: number, seconds: number): Sound {
  const sounds = Object.values(SYNTHESISED);
  const rate = siren.sampleRate / every;
  const samples = Float32Array.from({ length: seconds * rate }, (_, i) => {
    const sound = sounds[Math.floor(i / (2.7 * rate)) % sounds.length]!;
    return sound.samples[(i * every) % sound.samples.length]!;
  });
  return { samples, sampleRate: rate };
}
