// Which model the person chose last. Browsers may refuse the page a memory: it then has none.

const KEY = "sourcing-sound.model";

export function remembered(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Next time the person chooses again.
  }
}
