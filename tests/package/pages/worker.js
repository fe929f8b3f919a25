// The package in a worker of the page's own.
import { Classifier, listen } from "../node_modules/sourcing-sound/dist/index.js";

self.onmessage = async ({ data: { pcm, file } }) => {
  const classifier = await Classifier.load();
  const samples = await classifier.classify(pcm, 8000);
  const read = await classifier.classify(file);
  const stream = await classifier.stream(8000);
  const { updates } = await stream.push(pcm);
  updates.push(...(await stream.finish()));
  classifier.close();
  const refused = await listen(() => {}).catch(({ code }) => code);
  self.postMessage({ samples: samples.length, file: read.length, updates: updates.length, listen: refused });
};
