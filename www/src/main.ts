// Constructs the parts of the page and connects them. This script has what the first answer needs; the other views have their
// own, which are loaded once there is time or they are opened.

import { LateLog } from "./late/log.js";
import { LatePart } from "./late/part.js";
import { showLate } from "./late/view.js";
import { ListenView } from "./listen/listen.js";
import { Muted } from "./listen/muted.js";
import { ActiveModel } from "./models/active-model.js";
import { prepareInstall } from "./pwa/install.js";
import { SettingsStore } from "./settings.js";
import type { Answered } from "./teach/correction.js";
import { byId } from "./ui/dom.js";
import { keepDrops } from "./ui/drops.js";
import { prepareFrame } from "./ui/frame.js";
import { Notice } from "./ui/notice.js";
import { Router } from "./ui/router.js";

prepareFrame();
prepareInstall();

const notice = new Notice((thrown) => teach.loaded?.failed(thrown));
const settings = new SettingsStore(() => mutedChanged());
const muted = new Muted(settings);
const model = new ActiveModel((info) => {
  listen.describe(info);
  files.loaded?.describe(info);
  teach.loaded?.describe(info);
  void models.loaded?.open(info);
});
const report = (thrown: unknown) => notice.fail(thrown);
/** The notice is in this view, whichever view the user was in. */
const fail = (thrown: unknown) => {
  router.go("listen");
  report(thrown);
};
const log = new LateLog(() => history.get().catch(report));
const mutedChanged = () => {
  history.loaded?.refresh();
  teach.loaded?.showMuted();
  disclosures.loaded?.refresh();
  files.loaded?.showMuted();
};
const listen = new ListenView({
  settings,
  model,
  notice,
  log,
  muted,
  mutedChanged,
  followed: (listens, update) => teach.loaded?.follow(listens, update),
});

const correct = (answered: Answered) => void teach.get().then((loaded) => loaded.correct(answered)).catch(fail);

const history = new LatePart(async () => {
  const { History } = await import("./history/history.js");
  const loaded = new History({
    settings,
    muted: (label) => muted.has(label),
    recent: (seconds) => listen.recent(seconds),
    troubled: (text) => notice.trouble(text),
    correct,
  });
  log.open(loaded.recorder);
  return loaded;
});
const disclosures = new LatePart(async () => {
  const { Disclosures } = await import("./listen/details.js");
  const loaded = new Disclosures(settings, listen.settingsEvents);
  listen.attach(loaded);
  return loaded;
});
const models = new LatePart(async () => {
  const { Models } = await import("./models/models.js");
  const loaded = new Models({
    adopt: (classifier) => listen.adopt(classifier),
    began: () => notice.clear(),
    failed: (thrown, words) => notice.fail(thrown, words),
    wanted: () => router.go("models"),
  });
  if (model.info) void loaded.open(model.info);
  return loaded;
});
const files = new LatePart(async () => {
  const { FilesView } = await import("./files/files.js");
  const loaded = new FilesView({ settings, model, muted, correct, wanted: () => router.go("files") });
  if (model.info) loaded.describe(model.info);
  return loaded;
});

const teach = new LatePart(async () => {
  const { Teach } = await import("./teach/teach.js");
  const loaded = new Teach({
    settings,
    recent: (seconds) => listen.recent(seconds),
    apply: async (head) => (await models.get()).teach(head),
    first: () => model.first,
    everyday: () => models.loaded?.chooseTaught(),
    historySounds: async () => (await history.get()).sounds(),
    muted: mutedChanged,
    listen: () => listen.toggle(),
    wanted: () => router.go("teach"),
  });
  if (model.info) loaded.describe(model.info);
  return loaded;
});

const about = new LatePart(async () => new (await import("./about/about.js")).About());

const router = new Router((view) => {
  const section = byId(`view-${view}`, HTMLElement);
  if (view === "models") void showLate(section, models, (loaded) => loaded.show());
  if (view === "history") void showLate(section, history, (loaded) => loaded.show());
  if (view === "teach") void showLate(section, teach, (loaded) => loaded.show());
  if (view === "about") void showLate(section, about, () => undefined);
  if (view === "files") void showLate(section, files, () => undefined);
});
const openLaunched = (opened: File[]) => {
  router.go("files");
  void files.get().then((loaded) => loaded.add(opened)).catch(report);
};

for (const id of ["bars", "settings-body"]) {
  const body = byId(id, HTMLElement);
  body.closest("details")?.addEventListener("toggle", () => void showLate(body, disclosures, (loaded) => loaded.refresh()));
}

const takers = () => Promise.all([models.get(), files.get(), teach.get()]);
const endKeeping = keepDrops(takers, fail);

/** Loads the rest of the page once nothing is more urgent. Not awaited: what it loads waits for this script to end. */
async function loadTheRest(): Promise<void> {
  await listen.start();
  await listen.calm;
  // The system keeps what it opened the page with until the page requests it.
  const launches = import("./pwa/launch.js").then(({ onLaunch }) => onLaunch(openLaunched));
  await Promise.allSettled([launches, takers().then(endKeeping), disclosures.get(), history.get(), about.get(), listen.recordings.get()]);
  // Last: what the page itself needs is then in the browser's cache.
  const { prepareUpdates } = await import("./pwa/update.js");
  prepareUpdates();
}
loadTheRest().catch(() => undefined);
