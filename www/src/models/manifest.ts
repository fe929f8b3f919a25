// `models.json`, which the build makes of the model files: what the site has to offer.

import type { ModelInfo } from "sourcing-sound";
import { type Described, described } from "./described.js";

/** A file that the site serves or that the person opened, and what it says about itself. */
interface FileEntry extends Described {
  /** Address, relative to the manifest's own; what the person opened has none. */
  file?: string;
  /** 0 where nobody said. */
  bytes: number;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
  /** Address of its card as a piece of HTML, where it has one. */
  card?: string;
}

export interface ModelEntry extends FileEntry {}

export interface HeadEntry extends FileEntry {
  /** Name of the model that it sits on. */
  base: string;
}

export interface Manifest {
  models: ModelEntry[];
  heads: HeadEntry[];
}

/** A model, alone or with a head: one thing that a person can choose. */
export interface Choice {
  /** Stable name: the model's, and the head's after a plus. */
  id: string;
  model: ModelEntry;
  head: HeadEntry | undefined;
  /** How many labels it tells apart. */
  labels: number;
  /** Who has the files: the site, the page's own first part, or the person. */
  from: "site" | "page" | "person";
}

const ADDRESS = new URL("models.json", document.baseURI);

/** Every choice that the site has: each model, and each model with each of its heads. */
export async function fetchChoices(): Promise<Choice[]> {
  const response = await fetch(ADDRESS);
  if (!response.ok) throw new Error(`${ADDRESS} answered ${response.status}`);
  const { models, heads } = (await response.json()) as Manifest;
  return models.flatMap((model): Choice[] => [
    { id: model.name, model, head: undefined, labels: model.labels.length, from: "site" },
    ...heads
      .filter(({ base }) => base === model.name)
      .map((head): Choice => {
        return { id: `${model.name}+${head.name}`, model, head, labels: head.labels.length, from: "site" };
      }),
  ]);
}

/** The model that came with the page, where the site's list cannot be had. */
export function firstChoice(info: ModelInfo): Choice {
  const model = { ...described(info), sha256: info.sha256, bytes: 0 };
  return { id: info.name, model, head: undefined, labels: info.labels.length, from: "page" };
}

/** What the choice says about itself: a head speaks for the model under it. */
export function speaker({ model, head }: Choice): ModelEntry | HeadEntry {
  return head ?? model;
}

/** Bytes of all its files; 0 where nobody said. */
export function sizeOf({ model, head }: Choice): number {
  return model.bytes + (head?.bytes ?? 0);
}

export function addressOf(file: string): URL {
  return new URL(file, ADDRESS);
}
