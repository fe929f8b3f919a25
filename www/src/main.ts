import { App } from "./app.js";
import { byId } from "./dom.js";
import { SettingsStore } from "./listening/settings.js";
import { Shelf } from "./models/shelf.js";
import { prepareInstall } from "./pwa/install.js";
import { prepareUpdates } from "./pwa/update.js";
import { prepareAbout } from "./view/about.js";
import { prepareFrame } from "./view/frame.js";
import { prepareFullScreen } from "./view/full-screen.js";
import { ModelsView } from "./view/models.js";
import { Notice } from "./view/notice.js";
import { Router } from "./view/router.js";

prepareFrame();
prepareInstall();
prepareAbout();
prepareFullScreen();

const notice = new Notice();
const settings = new SettingsStore();
const app: App = new App(
  {
    settings,
    log: { begin: () => undefined, update: () => undefined, end: () => undefined },
    described: (info) => void shelf.open(info),
  },
  notice,
);
const shelf = new Shelf({
  adopt: (classifier) => app.adopt(classifier),
  began: () => notice.clear(),
  failed: (thrown) => notice.failModel(thrown),
});
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
prepareUpdates(app.start());
