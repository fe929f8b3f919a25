/// <reference types="vite/client" />
// The style sheet of a view whose script comes late.

/** Resolves once it applies, so that nothing is seen without it; also if it cannot be loaded. */
export function loadStyle(address: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(address, document.baseURI).href;
  return new Promise((resolve) => {
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
