// New versions, and the page as an app.

export const pwa = {
  reload: "Reload",
  install: "Install",
  installByHand: "To install it: tap Share, then “Add to Home Screen”.",
};
