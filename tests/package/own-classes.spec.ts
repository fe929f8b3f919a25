// From a folder of recordings to a head that names them: the trainer, then a page and Node with only the package.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cliPath, REPOSITORY } from "../e2e/support/environment";
import { type Sound, writeWav } from "../e2e/support/wav";
import { APPS } from "./support/apps";
import { expect, test } from "./support/package-page";

const RATE = 16000;
const RECORDINGS = 12;
const run = promisify(execFile);

interface Evaluation {
  stages: { n_test_recordings: number }[];
}

/** Numbers from 0 to 1, the same ones for the same seed. */
function random(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Three sounds that are easy to distinguish; every recording is different. */
const CLASSES: Record<string, (seed: number) => Sound> = {
  whistle: (seed) => {
    const next = random(seed);
    const [low, depth, speed] = [900 + 600 * next(), 150 + 200 * next(), 3 + 4 * next()];
    let phase = 0;
    return made((t) => {
      phase += (2 * Math.PI * (low + depth * Math.sin(2 * Math.PI * speed * t))) / RATE;
      return 0.4 * Math.sin(phase) + 0.01 * (next() - 0.5);
    });
  },
  knocks: (seed) => {
    const next = random(seed);
    const period = 0.25 + 0.2 * next();
    return made((t) => 0.7 * Math.exp(-(t % period) * 45) * (next() - 0.5));
  },
  hum: (seed) => {
    const next = random(seed);
    const base = 70 + 50 * next();
    return made((t) => [1, 2, 3, 4].reduce((sum, k) => sum + Math.sin(2 * Math.PI * base * k * t) / k, 0) * 0.2);
  },
};

function made(sample: (seconds: number) => number): Sound {
  return { sampleRate: RATE, samples: Float32Array.from({ length: RATE * 4 }, (_, i) => sample(i / RATE)) };
}

function place(label: string, seed: number, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(writeWav(`own-${label}-${seed}.wav`, CLASSES[label]!(seed)), to);
}

test("a folder of recordings becomes a head that names new ones, on a page and in Node", async ({ library }) => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "sourcing-sound-own-"));
  try {
    for (const label of Object.keys(CLASSES)) {
      for (let i = 1; i <= RECORDINGS; i += 1) place(label, i, join(folder, "my-sounds", label, `${label}${i}.wav`));
      place(label, 99, join(folder, "new", `${label}.wav`));
    }
    const trainer = join(dirname(cliPath), "sourcing-sound-train");
    const base = join(REPOSITORY, "models/everyday/model.onnx");
    const head = join(folder, "my.head.json");
    const options = ["--base", base, "--data", join(folder, "my-sounds"), "--out", head, "--work", join(folder, "work")];
    await run(trainer, ["head", ...options], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
    const evaluation = JSON.parse(readFileSync(join(folder, "my.evaluation.json"), "utf8")) as Evaluation;
    const tested = evaluation.stages.reduce((sum, { n_test_recordings }) => sum + n_test_recordings, 0);
    expect(tested, "recordings, each left out once").toBe(RECORDINGS * Object.keys(CLASSES).length);

    const labels = Object.keys(CLASSES);
    const paths = labels.map((label) => join(folder, "new", `${label}.wav`));
    const sounds = paths.map((path) => readFileSync(path).toString("base64"));
    const onPage = await library.evaluate(
      async ([json, sounds]) => {
        const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const { default: everyday } = await import("/node_modules/sourcing-sound/dist/models/everyday.js" as string);
        const classifier = await sound.Classifier.load({ model: everyday, head: new TextEncoder().encode(json) });
        const answers: string[] = [];
        for (const base64 of sounds) {
          const [first] = await classifier.classify(bytesOf(base64));
          answers.push(first!.categories[0]!.label);
        }
        classifier.close();
        return answers;
      },
      [readFileSync(head, "utf8"), sounds] as const,
    );
    expect(onPage).toEqual(labels);

    const script = `
      import { Classifier } from "sourcing-sound/node";
      import everyday from "sourcing-sound/models/everyday.js";
      const [head, ...paths] = process.argv.slice(1);
      const classifier = await Classifier.load({ model: everyday, head });
      for (const path of paths) console.log((await classifier.classify(path))[0].categories[0].label);`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script, head, ...paths], { cwd: APPS });
    expect(stdout.trim().split("\n")).toEqual(labels);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
