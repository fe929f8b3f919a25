// Neue Versionen und die Seite als App.

export const pwa = {
  newVersion: "Eine neue Version ist da.",
  updateNow: "Jetzt aktualisieren",
  later: "Später",
  updatedElsewhere: "Diese Seite wurde in einem anderen Tab aktualisiert.",
  reload: "Neu laden",
  promptName: "Neue Version",
  install: "Installieren",
  installByHand: "Zum Installieren: „Teilen“ antippen, dann „Zum Home-Bildschirm“.",
};
