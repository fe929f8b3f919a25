// Without a bundler: import the package's script from where npm puts it.
import { Classifier } from "./node_modules/sourcing-sound/dist/index.js";

const [file, progress, segments, problem] = ["file", "progress", "segments", "problem"].map((id) =>
  document.getElementById(id),
);
const loading = Classifier.load();

file.onchange = async () => {
  segments.replaceChildren();
  problem.textContent = "";
  progress.hidden = false;
  try {
    const classifier = await loading;
    const predictions = await classifier.classify(file.files[0], {
      onProgress: (done, total) => Object.assign(progress, { value: done, max: total }),
    });
    segments.append(...predictions.map(toItem));
  } catch ({ code, message }) {
    problem.textContent = `${message} (${code})`;
  } finally {
    progress.hidden = true;
  }
};

function toItem({ start, end, categories: [best], rejected }) {
  const item = document.createElement("li");
  const label = rejected ? "nothing I know" : `${best.label}, ${Math.round(best.score * 100)}%`;
  item.textContent = `${start.toFixed(1)} to ${end.toFixed(1)} s: ${label}`;
  item.dataset.label = best.label;
  return item;
}
