/** The value of a name that comes from a model or a file, which may be "constructor": `of[name]` finds that in every object. */
export function ownValue<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}
