// Follows the size of a canvas in pixels of the screen. On another screen, or zoomed, that changes without its size on the page.

export function watchPixels(canvas: HTMLCanvasElement, changed: () => void): void {
  new ResizeObserver(changed).observe(canvas);
  // The media query outlives a canvas and must not keep it alive; the observer lives as long as the canvas.
  const reference = new WeakRef(changed);
  const follow = () => {
    const scale = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    const again = () => {
      const live = reference.deref();
      if (!live) return;
      live();
      follow();
    };
    scale.addEventListener("change", again, { once: true });
  };
  follow();
}
