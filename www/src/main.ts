import { App } from "./app.js";
import { SettingsStore } from "./listening/settings.js";
import { Shelf } from "./models/shelf.js";
import { describeModel, prepareAbout } from "./view/about.js";
import { prepareFrame } from "./view/frame.js";
import { prepareFullScreen } from "./view/full-screen.js";
import { Notice } from "./view/notice.js";
import { Router } from "./view/router.js";

prepareFrame();
prepareAbout();
prepareFullScreen();

const notice = new Notice();
const settings = new SettingsStore();
const app: App = new App(
  {
    settings,
    log: { begin: () => undefined, update: () => undefined, end: () => undefined },
    described: (info) => {
      describeModel(info);
      void shelf.open(info);
    },
  },
  notice,
);
const shelf = new Shelf({
  adopt: (classifier) => app.adopt(classifier),
  began: () => notice.clear(),
  failed: (thrown) => notice.failModel(thrown),
});
new Router(() => undefined);
void app.start();
