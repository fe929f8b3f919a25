// Files that are dropped on the page before the views that take them are there.

/**
 * Keeps what is dropped, or the browser would leave the page and open it, and drops it again once `load` has loaded the
 * views. `failed` is called if it cannot. Returns a function that ends this; the views listen by then.
 */
export function keepDrops(load: () => Promise<unknown>, failed: (thrown: unknown) => void): () => void {
  const over = new AbortController();
  const { signal } = over;
  addEventListener("dragover", (event) => event.preventDefault(), { signal });
  addEventListener(
    "drop",
    (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      load().then(() => {
        over.abort();
        drop(files);
      }, failed);
    },
    { signal },
  );
  return () => over.abort();
}

/** What an event carried cannot be read after it: this is another one with the same files. */
function drop(files: readonly File[]): void {
  const dataTransfer = new DataTransfer();
  for (const file of files) dataTransfer.items.add(file);
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}
