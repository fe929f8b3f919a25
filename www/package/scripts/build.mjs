// Builds the package into dist/: checks each folder of src/ against the globals
// that it may use, bundles the sources of each thread into one script, and puts the
// wasm modules and the models next to them.
//
// Needs wasm/ (cargo xtask wasm) and models/ of the repository.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const repository = join(root, "../..");

/** The folders of src/; those of page and node emit the declarations. */
const FOLDERS = ["shared", "recordings", "page", "node", "worker", "decoder", "worklet"];

/**
 * Every script, its source, and what it imports from another script of dist/. The one with a query must stay a sum of two
 * strings in the source (see src/page/asset-url.ts); the bundler joins them.
 */
const SCRIPTS = {
  index: {
    input: "src/page/index.ts",
    apart: {
      "./reader.js": "./sourcing-sound-recordings.js",
      "./teacher.js": "./sourcing-sound-teacher.js",
      "./place.js?.txt": "./sourcing-sound-place.js?.txt",
    },
  },
  node: { input: "src/node/index.ts", platform: "node" },
  "sourcing-sound-recordings": {
    input: "src/page/reader.ts",
    minify: true,
    apart: { "./place.js?.txt": "./sourcing-sound-place.js?.txt" },
  },
  "sourcing-sound-teacher": { input: "src/page/teacher.ts", apart: { "./place.js?.txt": "./sourcing-sound-place.js?.txt" } },
  "sourcing-sound-place": { input: "src/page/place.ts", sourcemap: false },
  // Bundlers copy these two as they are.
  "sourcing-sound-worker": { input: "src/worker/worker.ts", minify: true },
  "sourcing-sound-decoder": { input: "src/decoder/decoder-worker.ts", minify: true },
  // Bundlers copy this one as it is, without a map next to it, and a map inside it would be most of its size. It must be larger
  // than what Vite turns into a data: address (4 KiB), which a strict Content-Security-Policy forbids.
  "sourcing-sound-worklet": { input: "src/worklet/capture-worklet.ts", sourcemap: false },
};

/** The modules by their names in dist. */
const MODULES = {
  "sourcing-sound.wasm": "wasm/sourcing_sound_bg.wasm",
  "sourcing-sound-relaxed.wasm": "wasm/relaxed/sourcing_sound_bg.wasm",
  "sourcing-sound-general.wasm": "wasm/sourcing_sound_general_bg.wasm",
  "sourcing-sound-decoder.wasm": "wasm/sourcing_sound_decoder_bg.wasm",
  "sourcing-sound-teacher.wasm": "wasm/sourcing_sound_teacher_bg.wasm",
};
/** Types that the package passes on, by the module declarations that they come from. */
const MODEL_TYPES = {
  "wasm/sourcing_sound.d.ts": ["Group", "ModelInfo", "StreamOptions", "SoundEvent", "SoundExample"],
  "wasm/sourcing_sound_teacher.d.ts": ["SoundShare", "TaughtLabel", "TeachFinding", "TeachReport"],
};
/** Files of dist/models by those of the repository. */
const MODELS = {
  "everyday.onnx": "everyday/model.onnx",
  "everyday.md": "everyday/CARD.md",
  "everyday.background.json": "everyday/background.json",
  "urban.head.json": "everyday/urban.head.json",
  "urban.md": "everyday/urban.CARD.md",
  "urban-tiny.onnx": "urban-v1/model.onnx",
  "urban-tiny.md": "urban-v1/CARD.md",
};

/** A script for each model and head that states where the file is. */
const ADDRESSES = {
  everyday: ["everyday.onnx", "527 everyday sounds, the default: `Classifier.load()` uses it."],
  "everyday.background": ["everyday.background.json", "What everyday sounds are like to the default model; `Teacher` uses it by default."],
  urban: ["urban.head.json", "Ten finer urban labels for the default model: `Classifier.load({ head: urban })`. Non-commercial."],
  "urban-tiny": ["urban-tiny.onnx", "Ten urban sounds alone, the smallest model: `Classifier.load({ model: urbanTiny })`. Non-commercial."],
};

for (const file of [...Object.values(MODULES), ...Object.keys(MODEL_TYPES)]) demand(join(root, file), "run `cargo xtask wasm`");
for (const file of Object.values(MODELS)) demand(join(repository, "models", file), "restore it from version control");
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "models"), { recursive: true });
writeModelTypes();
checkTypes();
for (const [name, script] of Object.entries(SCRIPTS)) await bundle(name, script);
for (const [name, file] of Object.entries(MODULES)) copyFileSync(join(root, file), join(dist, name));
for (const [name, file] of Object.entries(MODELS)) copyModelFile(name, join(repository, "models", file));
for (const [name, [file, about]] of Object.entries(ADDRESSES)) writeAddress(name, file, about);
dropUnused(["page/index.d.ts", "node/index.d.ts"]);
for (const name of ["asset.d.ts", "script.d.ts"]) copyFileSync(join(root, "scripts", name), join(dist, "types", name));

function demand(file, remedy) {
  if (existsSync(file)) return;
  console.error(`sourcing-sound: ${file} is missing: ${remedy}`);
  process.exit(1);
}

/** Writes src/shared/model.ts, so that each type is declared once, where it is made. */
function writeModelTypes() {
  const types = Object.entries(MODEL_TYPES).flatMap(([file, names]) => {
    const declared = readFileSync(join(root, file), "utf8");
    return names.map((name) => {
      const found = declared.match(new RegExp(`/\\*\\*(?:(?!\\*/)[^])*?\\*/\nexport interface ${name} {[^]*?\n}\n`));
      if (!found) throw new Error(`${file} does not declare ${name}`);
      return found[0];
    });
  });
  writeFileSync(join(root, "src/shared/model.ts"), ["// Made by scripts/build.mjs from the wasm modules' types.\n", ...types].join("\n"));
}

function checkTypes() {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = join(dirname(manifest), "bin/tsc");
  for (const folder of FOLDERS) {
    try {
      execFileSync(process.execPath, [tsc, "-p", join(root, "src", folder)], { stdio: "inherit" });
    } catch {
      process.exit(1);
    }
  }
}

async function bundle(name, { input, platform = "browser", apart = {}, minify = false, sourcemap = true }) {
  const build = await rolldown({
    input: { [name]: join(root, input) },
    platform,
    transform: { target: "es2022" },
    plugins: [{ name: "apart", resolveId: (id) => (id in apart ? { id: apart[id], external: true } : undefined) }],
    onLog(level, log, report) {
      if (level === "warn") throw new Error(log.message);
      report(level, log);
    },
  });
  await build.write({
    dir: dist,
    format: "esm",
    sourcemap,
    entryFileNames: "[name].js",
    comments: { legal: true, annotation: true, jsdoc: true },
    codeSplitting: false,
    minify,
  });
  await build.close();
  const script = join(dist, `${name}.js`);
  writeFileSync(script, readFileSync(script, "utf8").replace('place.js?.txt"', 'place.js" + "?.txt"'));
  if (sourcemap) leaveOutForeign(`${script}.map`);
}

/** Leaves the sources of other packages out of a map: they would be a tenth of the package, and are published already. */
function leaveOutForeign(file) {
  const map = JSON.parse(readFileSync(file, "utf8"));
  map.sourcesContent = map.sourcesContent.map((text, i) => (map.sources[i].includes("node_modules/") ? null : text));
  writeFileSync(file, JSON.stringify(map));
}

/** Removes the declarations that no entry leads to: they describe internals of the package. */
function dropUnused(entries) {
  const types = join(dist, "types");
  const used = new Set();
  const follow = (file) => {
    if (used.has(file)) return;
    used.add(file);
    for (const [, other] of readFileSync(file, "utf8").matchAll(/ from "(\.[^"]+)\.js"/g)) follow(join(dirname(file), `${other}.d.ts`));
  };
  for (const entry of entries) follow(join(types, entry));
  for (const name of readdirSync(types, { recursive: true })) {
    if (name.endsWith(".d.ts") && !used.has(join(types, name))) rmSync(join(types, name));
  }
  for (const folder of FOLDERS.map((name) => join(types, name))) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

/** A card names its files as they are named here. */
function copyModelFile(name, file) {
  const target = join(dist, "models", name);
  if (!name.endsWith(".md")) return copyFileSync(file, target);
  const stem = name.slice(0, -".md".length);
  const card = readFileSync(file, "utf8").replaceAll("](model.onnx)", `](${stem}.onnx)`);
  writeFileSync(target, card);
}

function writeAddress(name, file, about) {
  const at = join(dist, "models", name);
  // The same as src/page/asset-url.ts, in each script separately.
  writeFileSync(
    `${at}.js`,
    `const address = new URL("./${file}", import.meta.url);
export default address.pathname.includes("/node_modules/.vite/deps/")
  ? new URL("../../sourcing-sound/dist/models/${file}", address)
  : address;
`,
  );
  writeFileSync(`${at}.d.ts`, `/** Where the file is: ${about} */\ndeclare const address: URL;\nexport default address;\n`);
}
