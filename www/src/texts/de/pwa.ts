// Neue Versionen und die Seite als App.

export const pwa = {
  reload: "Neu laden",
  install: "Installieren",
  installByHand: "Zum Installieren: „Teilen“ antippen, dann „Zum Home-Bildschirm“.",
};
