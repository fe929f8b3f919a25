import { listen } from "sourcing-sound";

const label = document.getElementById("label");

document.getElementById("start").onclick = () =>
  listen(({ categories: [best], rejected }) => {
    label.textContent = rejected ? "nothing I know" : best.label;
  });
