// Files of the site that few visitors need: the service worker caches them once one does.

import type { PrecacheEntry } from "workbox-precaching";
import { registerRoute } from "workbox-routing";

export class KeptOnUse {
  readonly #cache: string;
  readonly #files: { address: string; integrity: string }[];

  /** `cache` is the name of their cache; their addresses are relative to `scope`. */
  constructor(cache: string, files: readonly PrecacheEntry[], scope: string) {
    this.#cache = cache;
    this.#files = files.map(({ url, integrity }) => ({ address: new URL(url, scope).href, integrity: integrity ?? "" }));
  }

  /** Answers requests for them. */
  serve(): void {
    for (const { address } of this.#files) {
      registerRoute(({ url }) => url.href === address, ({ request }) => this.#answer(request.url));
    }
  }

  /** Caches all of them, unless they are cached already. */
  async keep(): Promise<void> {
    await Promise.all(this.#files.map(({ address }) => this.#answer(address)));
  }

  /** A user who needed those of the previous version will need those of the next, perhaps without a network. */
  async keepNext(): Promise<void> {
    const cache = await caches.open(this.#cache);
    if ((await cache.keys()).length > 0) await this.keep();
  }

  /** Deletes those of other versions. */
  async forgetOld(): Promise<void> {
    const cache = await caches.open(this.#cache);
    for (const { url } of await cache.keys()) {
      if (!this.#files.some(({ address }) => address === url)) await cache.delete(url);
    }
  }

  /** From the cache, or from the server and then cached. */
  async #answer(address: string): Promise<Response> {
    const cache = await caches.open(this.#cache);
    const kept = await cache.match(address);
    if (kept) return kept;
    const integrity = this.#files.find((file) => file.address === address)?.integrity ?? "";
    const response = await fetch(address, { integrity, credentials: "same-origin" });
    // A full disk must not keep the file from being used.
    if (response.ok) await cache.put(address, response.clone()).catch(() => undefined);
    return response;
  }
}
