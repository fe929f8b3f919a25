// Follows the size of a canvas in screen pixels, which changes with the screen and the zoom even if its size on the page does not.

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
