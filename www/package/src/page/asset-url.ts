// The development server of Vite before version 8 moves the package's script to
// node_modules/.vite/deps and leaves the package's other files where npm put them.

const MOVED = /^(.*\/node_modules\/)\.vite\/deps\/(.*)$/;

/**
 * The address of a file beside this script. Call it as `assetUrl(new URL("./x", import.meta.url))`: bundlers recognise and
 * rewrite the inner expression.
 */
export function assetUrl(address: URL): URL {
  const [, modules, file] = MOVED.exec(address.href) ?? [];
  return modules === undefined ? address : new URL(`${modules}sourcing-sound/dist/${file}`);
}
