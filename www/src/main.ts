import { App } from "./app.js";
import { prepareAbout } from "./view/about.js";
import { prepareFileInput } from "./view/file-input.js";

prepareAbout();
const app = new App();
prepareFileInput({
  chosen: (file) => void app.openFile(file),
  hovering: (over) => app.setHovering(over),
});
void app.start();
