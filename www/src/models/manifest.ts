// The choices of model. Those of the site are in `models.json`, which the build makes from the model files.

import type { ModelInfo } from "sourcing-sound";
import { type Described, described } from "./described.js";

/** A file of the site or the user, and its description. */
interface FileEntry extends Described {
  /** Address relative to the manifest; the user's own files have none. */
  file?: string;
  /** 0 if unknown. */
  bytes: number;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
  /** Address of its card as HTML, if it has one. */
  card?: string;
}

export interface ModelEntry extends FileEntry {}

export interface HeadEntry extends FileEntry {
  /** Name of the model that it belongs to. */
  base: string;
}

export interface Manifest {
  models: ModelEntry[];
  heads: HeadEntry[];
}

/** What the user can choose: a model, or a model with a head. */
export interface Choice {
  /** Stable name: the model's, plus "+" and the head's. */
  id: string;
  model: ModelEntry;
  head: HeadEntry | undefined;
  /** Number of labels. */
  labels: number;
  /** Where the files come from: the site's list, the page itself (the first model), or the user. */
  from: "site" | "page" | "person";
}

const ADDRESS = new URL("models.json", document.baseURI);

/** Every choice of the site: each model, and each model with each of its heads. */
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

/** The model that came with the page, for when the site's list cannot be loaded. */
export function firstChoice(info: ModelInfo): Choice {
  const model = { ...described(info), name: info.base, sha256: info.sha256, bytes: 0 };
  return { id: info.base, model, head: undefined, labels: info.labels.length, from: "page" };
}

/** Whether what the user has taught belongs to this choice. `page`: the SHA-256 of the model that came with the page. */
export function takesTaught({ model, head }: Choice, page: string | undefined): boolean {
  return model.name === "everyday" && model.sha256 === page && !head;
}

/** The file that describes the choice: the head's if there is one. */
export function describedBy({ model, head }: Choice): ModelEntry | HeadEntry {
  return head ?? model;
}

/** Bytes of all its files; 0 if unknown. */
export function sizeOf({ model, head }: Choice): number {
  return model.bytes + (head?.bytes ?? 0);
}

export function addressOf(file: string): URL {
  return new URL(file, ADDRESS);
}
