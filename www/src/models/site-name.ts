// What the site calls its models.

/** Of a model whose file keeps an older name. */
const NAMES: Readonly<Record<string, string>> = { "urban-v1": "urban-tiny" };

/** The name that people know a model by, from the one in its file. */
export function siteName(name: string): string {
  return NAMES[name] ?? name;
}
