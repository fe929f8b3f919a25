// Starts workers, also from a script of another origin, and where scripts must have trusted addresses.

/** The part of the browser's Trusted Types that is used here. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): {
    createScriptURL(address: string): unknown;
  };
}

/** The name that a Content-Security-Policy allows with `trusted-types`. */
const POLICY = "sourcing-sound";

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** Scripts that import one of another origin, by its address; kept, because a worker may be started again. */
const importing = new Map<string, string>();

/** Starts a worker with a script that is a module. Throws if the browser refuses it at once; else the worker reports it. */
export function moduleWorker(script: URL | string): Worker {
  const { href, origin, protocol } = new URL(script, globalThis.document?.baseURI ?? location.href);
  // Browsers start workers from the page's own origin only, but a worker may import what its origin shares (CORS).
  if (protocol.startsWith("http") && origin !== globalThis.origin) return start(importingScript(href), href);
  try {
    return start(href, href);
  } catch (thrown) {
    // A page that was opened as a file has no origin.
    if (globalThis.origin !== "null") throw thrown;
    return start(importingScript(href), href);
  }
}

function start(address: string, script: string): Worker {
  const worker = new Worker(trusted(address) as string, { type: "module" });
  return Object.assign(worker, { script });
}

function importingScript(href: string): string {
  const known = importing.get(href);
  if (known !== undefined) return known;
  const blob = new Blob([`import ${JSON.stringify(href)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(blob);
  importing.set(href, address);
  return address;
}

/** Where the page's policy refuses ours, the address stays a string, which the page's default policy may still accept. */
function trusted(address: string): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    policy ??= trustedTypes?.createPolicy(POLICY, { createScriptURL: (given) => given });
  } catch {
    // `trusted-types` does not name it.
  }
  return policy ? policy.createScriptURL(address) : address;
}
