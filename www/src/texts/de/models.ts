// The models to choose from.

export const models = {
  title: "Models",
};
