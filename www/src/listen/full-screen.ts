// Shows the stage on the full screen, to be read across a room. There is no button
// if the browser cannot show part of a page on the full screen (iPhones).

import { detailsTexts } from "../texts/details.js";
import { byId } from "../ui/dom.js";
import { setIcon } from "../ui/icons.js";

export function prepareFullScreen(): void {
  const button = byId("full-screen", HTMLButtonElement);
  const stage = byId("stage", HTMLElement);
  button.hidden = !document.fullscreenEnabled;
  button.onclick = () => void (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen());
  const show = () => {
    const full = document.fullscreenElement === stage;
    setIcon(button, full ? "shrink" : "expand");
    button.ariaLabel = full ? detailsTexts.leaveFullScreen : detailsTexts.fullScreen;
    button.title = button.ariaLabel;
  };
  document.addEventListener("fullscreenchange", show);
  show();
}
