// Files that are dropped on the view "Teach", and files of taught sounds that are dropped anywhere on the page.

export interface DropEvents {
  taught(files: File[]): void;
  /** On the card of a label; `undefined` for something else. */
  sounds(label: string | undefined, files: File[]): void;
  /** On the view, but on no card. */
  nowhere(files: File[]): void;
}

export function watchDrops(root: HTMLElement, { taught, sounds, nowhere }: DropEvents): void {
  // While capturing, so that it comes before the listeners of the other views.
  document.addEventListener(
    "drop",
    (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      const known = files.filter(({ name }) => /\.sound\.json$/i.test(name));
      if (known.length === 0 && (root.hidden || files.length === 0)) return;
      event.preventDefault();
      if (known.length > 0) return taught(known);
      const card = event.target instanceof Element ? event.target.closest<HTMLElement>(".teach-card") : null;
      if (card) sounds(card.dataset["label"], files);
      else nowhere(files);
    },
    { capture: true },
  );
}
