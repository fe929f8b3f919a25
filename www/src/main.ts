// Constructs the parts of the page and connects them.

import { FilesView } from "./files/files.js";
import { History } from "./history/history.js";
import { ListenView } from "./listen/listen.js";
import { ActiveModel } from "./models/active-model.js";
import { Models } from "./models/models.js";
import { prepareInstall } from "./pwa/install.js";
import { onLaunchFiles } from "./pwa/launch.js";
import { prepareUpdates } from "./pwa/update.js";
import { SettingsStore } from "./settings.js";
import { prepareFrame } from "./ui/frame.js";
import { Notice } from "./ui/notice.js";
import { Router } from "./ui/router.js";

prepareFrame();
prepareInstall();

const notice = new Notice();
const settings = new SettingsStore();
const model = new ActiveModel((info) => {
  listen.describe(info);
  files.describe(info);
  void models.open(info);
});
const history = new History({
  settings,
  recent: (seconds) => listen.recent(seconds),
  troubled: (text) => notice.trouble(text),
});
const listen = new ListenView({ settings, model, notice, log: history.recorder });
const models = new Models({
  adopt: (classifier) => listen.adopt(classifier),
  began: () => notice.clear(),
  failed: (thrown) => notice.failModel(thrown),
  wanted: () => router.go("models"),
});
const files = new FilesView({ model, wanted: () => router.go("files") });
onLaunchFiles((opened) => files.add(opened));
const router = new Router((view) => {
  if (view === "models") models.show();
  if (view === "history") history.show();
});
prepareUpdates(listen.start());
