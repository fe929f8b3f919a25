// Recordings.

export const files = {
  title: "Files",
};
