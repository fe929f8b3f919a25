// The wasm modules' own scripts: wasm-bindgen makes one for each, and their names for the same functions differ.

import initLean, { WasmClassifier as LeanClassifier } from "../../wasm/sourcing_sound.js";
import initGeneral, { WasmClassifier as GeneralClassifier } from "../../wasm/sourcing_sound_general.js";

/** The name under which the general module imports what its script provides. */
const GENERAL_SCRIPT = "./sourcing_sound_general_bg.js";

/** Instantiates the module by its own script, and returns its classifiers' class. */
export async function instantiate(module: WebAssembly.Module): Promise<typeof LeanClassifier> {
  const isGeneral = WebAssembly.Module.imports(module).some(({ module: script }) => script === GENERAL_SCRIPT);
  await (isGeneral ? initGeneral : initLean)({ module_or_path: module });
  return isGeneral ? GeneralClassifier : LeanClassifier;
}
