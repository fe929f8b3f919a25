// Finds the package's files. They are next to this script, but Vite's development server, and others that build on it, move the
// scripts of packages to a folder of their cache and leave the other files where npm put them.

/** `…/deps/sourcing-sound.js?v=1a2b3c4d`: the name that such a server gives a script that it has moved. */
const MOVED = /\/deps\/[^/]*\?v=/;

/** A file of the package at its address as the moved script sees it: Vite 8 adapts the address, earlier versions do not. */
const FILE = /\/(?:deps|sourcing-sound\/dist)\/([^?]+)$/;

/**
 * The address of a file next to this script. Call it as `assetUrl(new URL("./x", import.meta.url))`: bundlers recognise and
 * rewrite the inner expression.
 */
export async function assetUrl(address: URL): Promise<URL> {
  const [, file] = (MOVED.test(import.meta.url) && FILE.exec(address.pathname)) || [];
  return file === undefined ? address : fromFolder(file, address);
}

/** The same for the address in a script of `models/`, which is moved as well; anything else as it is. */
export async function givenUrl<T>(given: T): Promise<T | URL> {
  if (!(given instanceof URL && MOVED.test(import.meta.url))) return given;
  const [, file] = FILE.exec(given.pathname) ?? [];
  return file === undefined ? given : fromFolder(`models/${file.replace("models/", "")}`, given);
}

/**
 * Such servers do not move what they take for an asset, and keep its address right wherever their cache and the package
 * are. The ending after the question mark makes this script one. The address is a sum, so that bundlers that do not support
 * queries in imports leave it alone.
 */
async function fromFolder(file: string, otherwise: URL): Promise<URL> {
  try {
    const { here } = await import("./place.js" + "?.txt") as typeof import("./place.js");
    return new URL(file, here);
  } catch {
    return otherwise;
  }
}
