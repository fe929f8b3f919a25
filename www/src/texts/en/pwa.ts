// New versions, and the page as an app.

export const pwa = {
  newVersion: "A new version is ready.",
  updateNow: "Update now",
  later: "Later",
  updatedElsewhere: "This page was updated in another tab.",
  reload: "Reload",
  promptName: "New version",
  install: "Install",
  installByHand: "To install it: tap Share, then “Add to Home Screen”.",
};
