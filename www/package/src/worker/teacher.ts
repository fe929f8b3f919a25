// The module that trains heads, which a page fetches when it first does.

import init, { WasmTeacher } from "../../wasm/sourcing_sound_teacher.js";
import type { WasmBase } from "../../wasm/sourcing_sound.js";
import { SoundError } from "../shared/errors.js";

/** The name under which the module imports what its script provides. */
const SCRIPT = "./sourcing_sound_teacher_bg.js";

let started: Promise<unknown> | undefined;

/** Passes a teacher for the model to `use`. Throws `wasm-fetch` for another module. */
export async function withTeacher<T>(module: WebAssembly.Module, base: WasmBase, use: (teacher: WasmTeacher) => T): Promise<T> {
  if (!WebAssembly.Module.imports(module).some((needed) => needed.module === SCRIPT)) {
    throw new SoundError("wasm-fetch", "the wasm module given does not train heads: it is another one of the package's, or of another program");
  }
  await (started ??= init({ module_or_path: module }));
  const teacher = new WasmTeacher(JSON.stringify(base));
  const result = use(teacher);
  // After a trap the worker ends, and with it the teacher.
  teacher.free();
  return result;
}
