// Where the package's files are. A script of its own: see asset-url.ts.

export const here: string = import.meta.url;
