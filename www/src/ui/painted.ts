// Waits for the screen.

/**
 * Resolves when the browser has painted what was changed before the call; in a hidden page, at once. Browsers that start
 * sound only in a click count what runs then as part of it: Chromium and Firefox by the page's activation, WebKit
 * because frames and timers inherit the click.
 */
export function painted(): Promise<void> {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => void requestAnimationFrame(() => setTimeout(resolve)));
}
