// The settings of listening.

export const settings = {
  title: "Settings",
};
