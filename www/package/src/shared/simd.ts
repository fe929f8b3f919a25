// What the builds of the wasm module require of a browser.

/** Whether `sourcing-sound-relaxed.wasm` runs here. It is faster than `sourcing-sound.wasm`, which runs everywhere. */
export function hasRelaxedSimd(): boolean {
  // `f32x4.relaxed_madd`.
  return typeof WebAssembly === "object" && validates(133, 2);
}

/** Whether the instruction `v128.bitselect` is valid, and with it all of SIMD. */
export function hasSimd(): boolean {
  return validates(210, 0);
}

/** Whether a function of three vectors is valid with this instruction, given by its two bytes after the prefix of SIMD. */
function validates(low: number, high: number): boolean {
  // Header, type, function and code of the smallest module with one.
  return WebAssembly.validate(
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2,
      253, low, high, 11,
    ]),
  );
}
