import { App } from "./app.js";
import { prepareAbout } from "./view/about.js";
import { prepareFileInput } from "./view/file-input.js";
import { prepareFooter } from "./view/footer.js";
import { Router } from "./view/router.js";

prepareFooter();
prepareAbout();
const app = new App();
const router = new Router(() => undefined);
prepareFileInput({
  chosen: (file) => void app.openFile(file),
  hovering: (over) => app.setHovering(over),
});
void app.start();
void router;
