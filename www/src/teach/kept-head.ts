// Keeps what was learned where the page finds it at the next start, before the rest of this view is loaded.

import { TAUGHT_ADDRESS, TAUGHT_CACHE, TAUGHT_KEY } from "../models/taught.js";

/** The fingerprint of what is kept. */
export function keptFingerprint(): string | undefined {
  try {
    return localStorage.getItem(TAUGHT_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** False if the browser keeps nothing: it is then learned again at the next visit. */
export async function keepHead(head: Uint8Array<ArrayBuffer>, fingerprint: string): Promise<boolean> {
  try {
    const cache = await caches.open(TAUGHT_CACHE);
    await cache.put(TAUGHT_ADDRESS, new Response(head, { headers: { "content-type": "application/json" } }));
    localStorage.setItem(TAUGHT_KEY, fingerprint);
    return true;
  } catch {
    return false;
  }
}

export async function forgetHead(): Promise<void> {
  try {
    localStorage.removeItem(TAUGHT_KEY);
    await caches.delete(TAUGHT_CACHE);
  } catch {
    // Nothing was kept.
  }
}
