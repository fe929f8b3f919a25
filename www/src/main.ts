import { App } from "./app.js";
import { prepareInstall } from "./pwa/install.js";
import { prepareUpdates } from "./pwa/update.js";
import { prepareAbout } from "./view/about.js";
import { prepareFileInput } from "./view/file-input.js";
import { prepareFooter } from "./view/footer.js";
import { Router } from "./view/router.js";

prepareFooter();
prepareInstall();
prepareAbout();
const app = new App();
const router = new Router(() => undefined);
prepareFileInput({
  chosen: (file) => void app.openFile(file),
  hovering: (over) => app.setHovering(over),
});
prepareUpdates(app.start());
void router;
