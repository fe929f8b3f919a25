// Files that are dropped on the page before the views for them are loaded.

/** What a drop carried, as far as it can be read only while the event is handled. */
const kept = new WeakMap<DragEvent, (FileSystemEntry | File)[]>();

/** Files and folders of a drop. */
export function entriesOf(event: DragEvent): (FileSystemEntry | File)[] {
  const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file");
  return kept.get(event) ?? items.flatMap((item) => item.webkitGetAsEntry() ?? item.getAsFile() ?? []);
}

/**
 * Keeps what is dropped, which the browser would otherwise open in place of the page, and drops it again once `load` has loaded
 * the views. `failed` is called if that is not possible. Returns a function that ends this, to be called once the views listen.
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
      const entries = entriesOf(event);
      load().then(() => {
        over.abort();
        drop(files, entries);
      }, failed);
    },
    { signal },
  );
  return () => over.abort();
}

/** An event's files cannot be read after it, so this is another event with the same files. */
function drop(files: readonly File[], entries: (FileSystemEntry | File)[]): void {
  const dataTransfer = new DataTransfer();
  for (const file of files) dataTransfer.items.add(file);
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  kept.set(event, entries);
  document.body.dispatchEvent(event);
}
