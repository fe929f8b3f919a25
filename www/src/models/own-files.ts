// The user's own models: their files are read here, listed in this browser for the
// next visit, and removed on request. The bytes are in the store.

import type { ModelInfo } from "sourcing-sound";
import { PageError } from "../page-error.js";
import { described } from "./described.js";
import type { Choice } from "./manifest.js";
import { digestOf, keepOwn } from "./store.js";

const KEY = "sourcing-sound.own-models";

/** Larger files are rejected before they are read. The core's own limit is 256 MiB. */
export const MAX_BYTES = 200e6;

export interface OwnFiles {
  model: ArrayBuffer;
  head: ArrayBuffer | undefined;
}

/**
 * Reads a model and, if there is one, its head. Throws `no-model-file`, or `model-too-large` before it reads anything.
 * It does not check the contents: the core does.
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

/** The choice that these files make; `info` is what the core read from them. */
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

/** Whether two choices have the same files, wherever they come from. */
export function sameFiles(a: Choice, b: Choice): boolean {
  return a.model.sha256 === b.model.sha256 && a.head?.sha256 === b.head?.sha256;
}

/** Saves the choice for the next visit. False if the browser refuses: it can then be used until the page is closed. */
export async function keepChoice(choice: Choice, { model, head }: OwnFiles): Promise<boolean> {
  const kept = (await keepOwn(choice.model, model)) && (!choice.head || !head || (await keepOwn(choice.head, head)));
  return kept && write([...keptChoices().filter(({ id }) => id !== choice.id), choice]);
}

/** Removes it from the list; the next call of `forgetAllBut` deletes its bytes. */
export function forgetChoice(choice: Choice): void {
  write(keptChoices().filter(({ id }) => id !== choice.id));
}

/** The list that this browser has saved; invalid entries are skipped. */
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
