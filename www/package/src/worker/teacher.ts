// The module that trains heads, which a page fetches for its first training.

import init, { WasmTeacher } from "../../wasm/sourcing_sound_teacher.js";
import type { WasmClassifier } from "../../wasm/sourcing_sound.js";
import { SoundError } from "../shared/errors.js";

/** The name under which the module imports what its script provides. */
const SCRIPT = "./sourcing_sound_teacher_bg.js";

/** Kept as long as the worker: its model never changes. */
let teacher: Promise<WasmTeacher> | undefined;

/** The teacher for the classifier's model. Throws `wasm-fetch` for another module. */
export async function teacherOf(classifier: WasmClassifier, module: WebAssembly.Module): Promise<WasmTeacher> {
  if (!WebAssembly.Module.imports(module).some((needed) => needed.module === SCRIPT)) {
    throw new SoundError("wasm-fetch", "the wasm module given cannot train heads: it is another module of the package, or of another program");
  }
  return (teacher ??= start(classifier, module));
}

async function start(classifier: WasmClassifier, module: WebAssembly.Module): Promise<WasmTeacher> {
  await init({ module_or_path: module });
  return new WasmTeacher(JSON.stringify(classifier.base()));
}
