/** Samples in a piece: 1.4 s at 48 kHz. */
export const PIECE_SAMPLES = 65536;
