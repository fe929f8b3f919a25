// How many WebAssembly instructions features and networks take. Reads one request from standard input, a JSON object
// {"script": path, "module": path, "models": [path]}; `module` counts what it executes in its global "instructions".
// Answers with one line of JSON: for each model {"features": n, "network": n}, for 4 s of audio at 48 kHz and one run.
// `cargo xtask bench instructions` asks it.

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const RATE = 48_000;
const SECONDS = 4;

const { script, module, models } = JSON.parse(await text(process.stdin));
const { initSync, WasmClassifier } = await import(pathToFileURL(script).href);
const { instructions } = initSync({ module: readFileSync(module) });

/** Instructions of some work, the second time: the first one may reserve memory. */
function count(work) {
  work();
  const before = instructions.value;
  const result = work();
  return [Number(instructions.value - before), result];
}

const audio = Float32Array.from({ length: SECONDS * RATE }, (_, i) => 0.1 * Math.sin(i * 0.05) + 0.05 * Math.sin(i * 1.7));
const counts = models.map((path) => {
  const classifier = new WasmClassifier(readFileSync(path));
  const { nMels, segmentFrames } = classifier.metadata();
  const [features, columns] = count(() => classifier.logMel(audio, RATE));
  const [network] = count(() => classifier.logits(columns.subarray(0, nMels * segmentFrames)));
  return { features, network };
});
console.log(JSON.stringify(counts));
