import { App } from "./app.js";
import { FilesView } from "./files/files.js";
import { openHistory } from "./history/database.js";
import { HistoryRecorder } from "./history/recorder.js";
import { HistoryView } from "./history/view.js";
import { prepareFullScreen } from "./listen/full-screen.js";
import { ModelPanel } from "./models/panel.js";
import { ModelSwitcher } from "./models/switcher.js";
import { ModelsView } from "./models/view.js";
import { prepareInstall } from "./pwa/install.js";
import { onLaunchFiles } from "./pwa/launch.js";
import { prepareUpdates } from "./pwa/update.js";
import { SettingsStore } from "./settings.js";
import { historyTexts } from "./texts/index.js";
import { byId } from "./ui/dom.js";
import { prepareFrame } from "./ui/frame.js";
import { Notice } from "./ui/notice.js";
import { Router } from "./ui/router.js";

prepareFrame();
prepareInstall();
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
