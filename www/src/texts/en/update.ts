// The offer of a new version.

export const update = {
  newVersion: "A new version is ready.",
  updateNow: "Update now",
  later: "Later",
  updatedElsewhere: "This page was updated in another tab.",
  promptName: "New version",
};
