// Measures our engine in a browser, and other ways to run the same network. Reads one request
// per line from standard input, a JSON object {"module": folder, "models": [{"name", "path"}],
// "rounds": n, "warm_up": n, "loads": n}, and answers each with one line of JSON: every time in ms, sizes
// in bytes, and the same as tables. `cargo xtask bench web` asks it. It needs our module, the
// packages of this folder (`npm ci`) and the site's packages; CHROMIUM_PATH selects another Chromium.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { serve, sizes } from "./files.mjs";
import { tables } from "./tables.mjs";
import { stopwatch } from "./timing.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { chromium } = createRequire(here("../../../www/package.json"))("@playwright/test");

/** The packages of those that have one, in the lock file. */
const PACKAGES = {
  "onnxruntime-web": "onnxruntime-web",
  tfjs: "@tensorflow/tfjs-backend-wasm",
  mediapipe: "@mediapipe/tasks-audio",
  Meyda: "meyda",
  "essentia.js": "essentia.js",
};
const lock = JSON.parse(readFileSync(here("package-lock.json"), "utf8"));
const versionOf = (name) => lock.packages[`node_modules/${PACKAGES[name]}`]?.version ?? null;

/**
 * Where our builds are. A folder of an older version may lack the one for relaxed SIMD, and the one
 * with the general engine if that is in the one module.
 */
function ourModules(folder) {
  const built = (stem, query) => ({ glue: `/module/${stem}.js${query}`, wasm: `/module/${stem}_bg.wasm${query}` });
  const has = (stem) => existsSync(join(folder, `${stem}_bg.wasm`));
  // The addresses differ, so that the browser makes an instance of the module's code for each.
  const lean = built("sourcing_sound", "");
  const general = built(has("sourcing_sound_general") ? "sourcing_sound_general" : "sourcing_sound", "?general");
  if (!has("relaxed/sourcing_sound")) return { lean, general };
  return { lean: built("relaxed/sourcing_sound", ""), plain: lean, general };
}

async function answer({ module, models, rounds, warm_up, loads }) {
  const places = { "/": here("."), "/module/": module };
  models.forEach(({ path }, index) => (places[`/model/${index}.onnx`] = path));
  const server = await serve(places);
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    const { page, runtimes } = await load(browser, server, ourModules(module), loads);
    const networks = [];
    for (const [index, { name }] of models.entries()) {
      networks.push({ name, ...(await measure(page, index, rounds, warm_up, name)) });
    }
    // Compression keeps a core busy for minutes, so it waits until nothing is measured any more.
    await browser.close();
    console.error("compressing what is downloaded");
    const downloads = runtimes.map(({ files, ...runtime }) => ({
      ...runtime,
      version: versionOf(runtime.name),
      ...sizes(files),
    }));
    const date = new Date().toISOString().slice(0, 10);
    const measured = {
      ...{ date, browser: `Chromium ${browser.version()}`, rounds, warm_up, loads, networks },
      runtimes: downloads,
    };
    return { ...measured, tables: tables(measured) };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Starts everything in a new page, several times, and keeps the last page. */
async function load(browser, server, modules, loads) {
  const runtimes = new Map();
  let page;
  for (let time = 0; time < loads; time++) {
    await page?.close();
    page = await browser.newPage();
    await page.goto(server.address);
    await page.waitForFunction(() => globalThis.prepare);
    const names = await page.evaluate((given) => globalThis.prepare(given), modules);
    // Another one begins each time.
    const turns = [...names.slice(time % names.length), ...names.slice(0, time % names.length)];
    for (const name of turns) {
      server.requested.clear();
      const call = (given) => globalThis.load(given, "/model/0.onnx");
      const { ms, memory_bytes } = await page.evaluate(call, name).catch((error) => {
        throw new Error(`${name} did not load: ${error.message.split("\n")[0]}`);
      });
      const files = [...server.requested].filter((path) => !path.endsWith(".onnx"));
      if (!runtimes.has(name)) {
        runtimes.set(name, { name, files, memory_bytes, load_ms: [] });
      }
      runtimes.get(name).load_ms.push(ms);
    }
  }
  const order = await page.evaluate((given) => globalThis.prepare(given), modules);
  return { page, runtimes: order.map((name) => runtimes.get(name)) };
}

/** Every time of every round, after rounds that do not count: the browser recompiles hot code. */
async function measure(page, index, rounds, warmUp, name) {
  const { names, ...about } = await page.evaluate((url) => globalThis.open(url), `/model/${index}.onnx`);
  const time = await stopwatch(page);
  const { nothing: _, ...tasks } = names;
  const empty = () => ({ ms: [], clock_ms: [] });
  const times = Object.fromEntries(
    Object.entries(tasks).map(([task, all]) => [task, Object.fromEntries(all.map((one) => [one, empty()]))]),
  );
  for (let round = 0; round < warmUp + rounds; round++) {
    if (round % 10 === 0) console.error(`${name}: round ${round + 1} of ${warmUp + rounds}`);
    for (const [task, all] of Object.entries(tasks)) {
      // Another one begins each time.
      const first = round % all.length;
      for (const runtime of [...all.slice(first), ...all.slice(0, first)]) {
        const { ms, clock_ms } = await time(task, runtime);
        if (round < warmUp) continue;
        times[task][runtime].ms.push(ms);
        times[task][runtime].clock_ms.push(clock_ms);
      }
    }
  }
  return { ...about, times };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
