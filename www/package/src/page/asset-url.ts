// Vite before version 8, while an app is developed, moves the package's script
// to node_modules/.vite/deps, and leaves its files where npm has put them.

const MOVED = /^(.*\/node_modules\/)\.vite\/deps\/(.*)$/;

/**
 * The address of a file beside this script: `assetUrl(new URL("./x", import.meta.url))`, whose inner expression bundlers
 * recognise and rewrite.
 */
export function assetUrl(address: URL): URL {
  const [, modules, file] = MOVED.exec(address.href) ?? [];
  return modules === undefined ? address : new URL(`${modules}sourcing-sound/dist/${file}`);
}
