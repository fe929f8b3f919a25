/// <reference types="vite/client" />
// The style sheet of a view whose script is loaded late.

const loads = new Map<string, Promise<void>>();

/**
 * Resolves once it applies, so that nothing is seen without it, or once loading it has failed. Views may share a style sheet:
 * it is loaded once.
 */
export function loadStyle(address: string): Promise<void> {
  const known = loads.get(address) ?? load(address);
  loads.set(address, known);
  return known;
}

function load(address: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(address, document.baseURI).href;
  return new Promise((resolve) => {
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
