// Where the package's files are. A separate script: see asset-url.ts.

export const here: string = import.meta.url;
