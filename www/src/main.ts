import { App } from "./app.js";
import { byId } from "./dom.js";
import { prepareAbout } from "./view/about.js";
import { prepareFileInput } from "./view/file-input.js";
import { prepareFooter } from "./view/footer.js";
import { ModelsView } from "./view/models.js";
import { Router } from "./view/router.js";

prepareFooter();
prepareAbout();
const app = new App();
const { shelf } = app;
const models = new ModelsView(byId("view-models", HTMLElement), {
  chosen: (choice) => shelf.choose(choice),
  cancelled: () => shelf.cancel(),
  opened: (files) => void shelf.openOwn(files),
  removed: (choice) => void shelf.remove(choice),
  wanted: () => router.go("models"),
});
shelf.watch(models);
const router = new Router((view) => {
  if (view === "models") models.show();
});
prepareFileInput({
  chosen: (file) => void app.openFile(file),
  hovering: (over) => app.setHovering(over),
});
void app.start();
