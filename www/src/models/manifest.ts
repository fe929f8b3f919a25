// `models.json`, which the build makes of the model files: what the site has to offer.

/** A file that the site serves. */
interface FileEntry {
  /** The name that the file gives itself. */
  name: string;
  /** Address, relative to the manifest's own. */
  file: string;
  bytes: number;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
  /** How many labels it knows. */
  labels: number;
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
}

const ADDRESS = new URL("models.json", document.baseURI);

/** Every choice that the site has: each model, and each model with each of its heads. */
export async function fetchChoices(): Promise<Choice[]> {
  const response = await fetch(ADDRESS);
  if (!response.ok) throw new Error(`${ADDRESS} answered ${response.status}`);
  const { models, heads } = (await response.json()) as Manifest;
  return models.flatMap((model) => [
    { id: model.name, model, head: undefined, labels: model.labels },
    ...heads
      .filter(({ base }) => base === model.name)
      .map((head) => ({ id: `${model.name}+${head.name}`, model, head, labels: head.labels })),
  ]);
}

export function addressOf({ file }: FileEntry): URL {
  return new URL(file, ADDRESS);
}
