// node classify.mjs street.wav …

import { Classifier } from "sourcing-sound/node";

const classifier = await Classifier.load();
for (const path of process.argv.slice(2)) {
  try {
    for (const { start, end, categories, rejected } of await classifier.classify(path)) {
      const [best] = categories;
      const label = rejected ? "nothing I know" : `${best.label} ${best.score.toFixed(2)}`;
      console.log(`${path}\t${start.toFixed(1)}\t${end.toFixed(1)}\t${label}`);
    }
  } catch (error) {
    console.error(`${path}: ${error.message} (${error.code})`);
    process.exitCode = 1;
  }
}
