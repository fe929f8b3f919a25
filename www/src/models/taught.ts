// What the user has taught: a head for the everyday model, kept by the view "Teach" and used wherever that model is loaded.

import type { Classifier, LoadOptions } from "sourcing-sound";

/** Set while a head is kept, so that users without one do not wait for the cache. */
export const TAUGHT_KEY = "sourcing-sound.taught";
/** The cache, and the address of the head in it. */
export const TAUGHT_CACHE = "sourcing-sound-taught";
export const TAUGHT_ADDRESS = "taught.sound.json";

/** Loads the everyday model with what was taught. Without, if there is nothing or it does not fit: the model may be newer. */
export async function loadTaught(load: (options: LoadOptions) => Promise<Classifier>): Promise<Classifier> {
  try {
    const head = localStorage.getItem(TAUGHT_KEY) && (await caches.match(TAUGHT_ADDRESS, { cacheName: TAUGHT_CACHE }));
    if (head) return await load({ head });
  } catch {
    // If the head was not the cause, the same error occurs again.
  }
  return load({});
}
