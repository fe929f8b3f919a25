// The history of what was heard.

export const history = {
  title: "History",
};
