// Offers to install the page where the browser lets it, and says how where
// only the person can.

import { pwaTexts } from "../texts/index.js";
import { byId, setText } from "../ui/dom.js";

/** Chromium's event; it is in no standard. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

export function prepareInstall(): void {
  const button = byId("install", HTMLButtonElement);
  setText(button, pwaTexts.install);
  let offer: InstallPrompt | undefined;

  addEventListener("beforeinstallprompt", (event) => {
    // The browser's own banner would come at a time of its choosing.
    event.preventDefault();
    offer = event as InstallPrompt;
    button.hidden = false;
  });
  addEventListener("appinstalled", () => {
    offer = undefined;
    button.hidden = true;
  });
  button.onclick = () => {
    // An offer can be made once; the browser brings another when it thinks fit.
    button.hidden = true;
    void offer?.prompt().catch(() => undefined);
    offer = undefined;
  };

  const hint = byId("install-hint", HTMLElement);
  setText(hint, pwaTexts.installByHand);
  // Only browsers of iOS have this, and they have no event: false is "in a tab".
  hint.hidden = (navigator as { standalone?: boolean }).standalone !== false;
}
