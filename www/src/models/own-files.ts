// Models that the person opened: read here, listed in this browser for the next
// visit, and forgotten when the person says so. Their bytes are in the store.

import type { ModelInfo } from "sourcing-sound";
import { PageError } from "../page-error.js";
import { described } from "./described.js";
import type { Choice } from "./manifest.js";
import { digestOf, keepOwn } from "./store.js";

const KEY = "sourcing-sound.own-models";

/** Larger files are refused before they are read; the core refuses beyond 256 MiB. */
export const MAX_BYTES = 200e6;

export interface OwnFiles {
  model: ArrayBuffer;
  head: ArrayBuffer | undefined;
}

/**
 * Reads a model, with a head beside it or not. Throws `no-model-file`, or `model-too-large` with nothing read.
 * Whether they are what they say is for the core to tell.
 */
export async function readOwn(files: readonly File[]): Promise<OwnFiles> {
  const [head, ...otherHeads] = files.filter(isHead);
  const [model, ...otherModels] = files.filter((file) => !isHead(file));
  if (!model || otherModels.length + otherHeads.length > 0) throw new PageError("no-model-file");
  if (files.some(({ size }) => size > MAX_BYTES)) throw new PageError("model-too-large");
  return { model: await model.arrayBuffer(), head: await head?.arrayBuffer() };
}

function isHead({ name }: File): boolean {
  return name.toLowerCase().endsWith(".json");
}

/** The choice that these files are, once the core has accepted them and said `info` of them. */
export async function ownChoice({ model, head }: OwnFiles, info: ModelInfo): Promise<Choice> {
  const entry = { ...described(info), name: info.base, bytes: model.byteLength, sha256: info.sha256 };
  const choice = { model: entry, labels: info.labels.length, from: "person" } as const;
  if (!head) return { ...choice, id: `own:${short(info.sha256)}`, head: undefined };
  const sha256 = (await digestOf(head)) ?? info.name;
  const headEntry = { ...described(info), base: info.base, bytes: head.byteLength, sha256 };
  return { ...choice, id: `own:${short(info.sha256)}+${short(sha256)}`, head: headEntry };
}

function short(sha256: string): string {
  return sha256.slice(0, 12);
}

/** Whether two choices are the same files, whoever has them. */
export function sameFiles(a: Choice, b: Choice): boolean {
  return a.model.sha256 === b.model.sha256 && a.head?.sha256 === b.head?.sha256;
}

/** Keeps the choice for the next visit. False where the browser refuses: it then listens until the page is closed. */
export async function keepChoice(choice: Choice, { model, head }: OwnFiles): Promise<boolean> {
  const kept = (await keepOwn(choice.model, model)) && (!choice.head || !head || (await keepOwn(choice.head, head)));
  return kept && write([...keptChoices().filter(({ id }) => id !== choice.id), choice]);
}

/** Takes it off the list; its bytes go with the next call of `forgetAllBut`. */
export function forgetChoice(choice: Choice): void {
  write(keptChoices().filter(({ id }) => id !== choice.id));
}

/** The list as this browser keeps it; what is not as this page writes it is passed over. */
export function keptChoices(): Choice[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(list) ? list.filter(isChoice).map((choice) => ({ ...choice, head: choice.head })) : [];
  } catch {
    return [];
  }
}

function write(choices: readonly Choice[]): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
    return true;
  } catch {
    return false;
  }
}

function isChoice(value: unknown): value is Choice {
  const { id, from, model, head, labels } = (value ?? {}) as Partial<Choice>;
  return (
    typeof id === "string" && from === "person" && typeof labels === "number" && isEntry(model) && (!head || isEntry(head))
  );
}

function isEntry(value: Choice["model"] | undefined): boolean {
  return (
    typeof value?.sha256 === "string" && typeof value.bytes === "number" && typeof value.name === "string" &&
    [value.labels, value.groups, value.labelGroups].every(Array.isArray)
  );
}
