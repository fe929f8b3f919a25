// What the tests of faults share: a page that listens to a sound that comes and goes, and what it writes into its history.

import type { Page } from "@playwright/test";
import { expect, type OpenOptions, type Site } from "./site";
import { stored, type StoredEvent } from "./history";
import { SYNTHESISED } from "./synthesis";
import { type Sound, writeWav } from "./wav";

/** A siren of three seconds, and then as long nothing but faint noise, so that events begin and end all the time. */
export function comesAndGoes(): string {
  const { samples, sampleRate } = SYNTHESISED["siren-sweep"]!;
  const length = 3 * sampleRate;
  const sound: Sound = { samples: new Float32Array(2 * length), sampleRate };
  for (let i = 0; i < 2 * length; i += 1) sound.samples[i] = i < length ? samples[i]! : 2e-4 * Math.sin(i * i);
  return writeWav("comes-and-goes.wav", sound);
}

/** A page that listens and has shown an answer. */
export async function listening(open: (options?: OpenOptions) => Promise<Site>, options: OpenOptions = {}): Promise<Site> {
  const site = await open({ wav: writeWav("faults.wav", SYNTHESISED["siren-sweep"]!), ...options });
  await site.expectState("idle");
  await site.startListening();
  await answers(site);
  return site;
}

/** Waits until an answer is shown that was not there before. */
export async function answers(site: Site): Promise<void> {
  await site.label.evaluate((element) => ((element as HTMLElement).dataset["label"] = ""));
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 20_000 });
}

interface Writes {
  /** Ids of the events that this page began, in this order. */
  begun: string[];
}
declare const writes: Writes;

/** Runs before the page: notes every event that it begins in the history. */
export function noteEvents(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const begun: string[] = [];
    Object.assign(globalThis, { writes: { begun } });
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
      const { id } = args[0] as { id: string };
      if (this.name === "events" && !begun.includes(id)) begun.push(id);
      return put.apply(this, args);
    };
  });
}

/** Ids of the events that the page has begun, in this order. */
export function begun(page: Page): Promise<string[]> {
  return page.evaluate(() => writes.begun);
}

/** The events that the page has begun, in this order, as the history has them. */
export async function begunEvents(page: Page): Promise<StoredEvent[]> {
  const { events } = await stored(page);
  const ids = await begun(page);
  return ids.flatMap((id) => events.filter((event) => event.id === id));
}
