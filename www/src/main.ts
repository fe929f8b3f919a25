import { App } from "./app.js";
import { byId } from "./dom.js";
import { openHistory } from "./history/database.js";
import { HistoryRecorder } from "./history/recorder.js";
import { SettingsStore } from "./listening/settings.js";
import { ModelSwitcher } from "./models/model-switcher.js";
import { prepareInstall } from "./pwa/install.js";
import { onLaunchFiles } from "./pwa/launch.js";
import { prepareUpdates } from "./pwa/update.js";
import { historyTexts } from "./texts/index.js";
import { prepareAbout } from "./view/about.js";
import { FilesView } from "./view/files.js";
import { prepareFrame } from "./view/frame.js";
import { prepareFullScreen } from "./view/full-screen.js";
import { HistoryView } from "./view/history.js";
import { ModelPanel } from "./view/model-panel.js";
import { ModelsView } from "./view/models.js";
import { Notice } from "./view/notice.js";
import { Router } from "./view/router.js";

prepareFrame();
prepareInstall();
prepareAbout();
prepareFullScreen();

const notice = new Notice();
const settings = new SettingsStore();
// Not waited for: nothing else of the page needs it, and a database may take its time.
const history = openHistory();
const historyView = history.then((store) => new HistoryView(store, settings));
const recorder = new HistoryRecorder({
  store: history,
  recent: (seconds) => app.recent(seconds),
  keepAudio: () => settings.all.keepAudio,
  maxClips: () => settings.all.maxClips,
  troubled: (what) => {
    notice.trouble(historyTexts.troubles[what]);
    void historyView.then((shown) => shown.warn(historyTexts.troubles[what]));
  },
});
const app: App = new App(
  {
    settings,
    log: recorder,
    described: (info) => {
      files.modelChanged(info);
      void switcher.open(info);
    },
  },
  notice,
);
const switcher = new ModelSwitcher({
  adopt: (classifier) => app.adopt(classifier),
  began: () => notice.clear(),
  failed: (thrown) => notice.failModel(thrown),
});
const models = new ModelsView(byId("view-models", HTMLElement), {
  chosen: (choice) => switcher.choose(choice),
  cancelled: () => switcher.cancel(),
  opened: (files) => void switcher.openOwn(files),
  removed: (choice) => void switcher.remove(choice),
  wanted: () => router.go("models"),
});
switcher.watch(new ModelPanel({ chosen: (choice) => switcher.choose(choice), cancelled: () => switcher.cancel() }));
switcher.watch(models);
const files = new FilesView({
  classifier: () => app.classifier(),
  during: (work) => app.during(work),
  wanted: () => router.go("files"),
});
onLaunchFiles((opened) => files.add(opened));
const router = new Router((view) => {
  if (view === "models") models.show();
  if (view === "history") void historyView.then((shown) => shown.show());
});
// What sounds when the page is left ends then.
addEventListener("pagehide", () => recorder.end());
prepareUpdates(app.start());
