// A button to install the page, or a hint for browsers where only the user can do
// it.

import { pwaTexts } from "../texts/index.js";
import { byId, setText } from "../ui/dom.js";

/** An event of Chromium only. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

export function prepareInstall(): void {
  const button = byId("install", HTMLButtonElement);
  setText(button, pwaTexts.install);
  let offer: InstallPrompt | undefined;

  addEventListener("beforeinstallprompt", (event) => {
    // This suppresses the browser's own banner.
    event.preventDefault();
    offer = event as InstallPrompt;
    button.hidden = false;
  });
  addEventListener("appinstalled", () => {
    offer = undefined;
    button.hidden = true;
  });
  button.onclick = () => {
    // A prompt can be used once; the browser decides when it fires the event again.
    byId("about-link", HTMLElement).focus();
    button.hidden = true;
    void offer?.prompt().catch(() => undefined);
    offer = undefined;
  };

  const hint = byId("install-hint", HTMLElement);
  setText(hint, pwaTexts.installByHand);
  // Only browsers on iOS have this property, and they lack the event. False means "in a tab".
  hint.hidden = (navigator as { standalone?: boolean }).standalone !== false;
}
