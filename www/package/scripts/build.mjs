// Builds the package into dist/: compiles each thread's sources against that
// thread's own globals, then puts the default model beside them.
//
// Needs wasm/ (cargo xtask wasm) and models/urban-v1/model.onnx.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const model = join(root, "../../models/urban-v1/model.onnx");
const needed = [
  [join(root, "wasm/sourcing_sound.js"), "run `cargo xtask wasm`"],
  [join(root, "wasm/sourcing_sound_bg.wasm"), "run `cargo xtask wasm`"],
  [model, "train it with `cargo run -p sourcing-sound-train`, or restore it from version control"],
];
for (const [file, remedy] of needed) {
  if (!existsSync(file)) {
    console.error(`sourcing-sound: ${file} is missing: ${remedy}`);
    process.exit(1);
  }
}

rmSync(join(root, "dist"), { recursive: true, force: true });
const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
const tsc = join(dirname(manifest), "bin/tsc");
for (const thread of ["page", "worker", "worklet"]) {
  try {
    execFileSync(process.execPath, [tsc, "-p", join(root, `tsconfig.${thread}.json`)], { stdio: "inherit" });
  } catch {
    process.exit(1);
  }
}
mkdirSync(join(root, "dist"), { recursive: true });
copyFileSync(model, join(root, "dist/model.onnx"));
