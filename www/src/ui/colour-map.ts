// Matplotlib's colour map "magma": perceptually uniform, and readable with colour
// blindness. A polynomial of degree six per channel, within 2% of the original.

const COEFFICIENTS = [
  [-0.002136485, 0.251660541, 8.353717279, -27.668733086, 52.17613981, -50.768525365, 18.655705066],
  [-0.000749655, 0.677523244, -3.577719515, 14.264730781, -27.943606072, 29.046582821, -11.48977352],
  [-0.005386128, 2.494026599, 0.314467903, -13.649213188, 12.944169442, 4.234152994, -5.601961509],
] as const;

/** Position of the darkest colour used, a deep violet: in black, silence would look like a hole in the page. */
const DARKEST = 0.07;

/** 256 colours from dark to bright, four bytes each: red, green, blue, alpha. */
export function magma(): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i += 1) {
    const at = DARKEST + (1 - DARKEST) * (i / 255);
    COEFFICIENTS.forEach((coefficients, channel) => {
      const value = coefficients.reduceRight((sum, coefficient) => sum * at + coefficient, 0);
      table[i * 4 + channel] = value * 255;
    });
    table[i * 4 + 3] = 255;
  }
  return table;
}
