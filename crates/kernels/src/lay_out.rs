//! Lays columns of features out as the input of a network.

/// The side of the squares that are transposed at a time, so that reads and writes stay within
/// lines of the cache.
const SIDE: usize = 16;

/// Lays columns, `[frames][n_mels]`, out as `[n_mels][input frames]`, with the mean subtracted and
/// divided by the standard deviation. Missing columns have the value `silence`; surplus columns are
/// ignored. There must be at least one band.
#[inline(never)]
pub fn lay_out(
    columns: &[f32],
    n_mels: usize,
    silence: f32,
    (mean, std): (f32, f32),
    input: &mut [f32],
) {
    let frames = input.len() / n_mels;
    input.fill((silence - mean) / std);
    let columns = &columns[..columns.len().min(frames * n_mels)];
    for (block, columns) in columns.chunks(SIDE * n_mels).enumerate() {
        for first in (0..n_mels).step_by(SIDE) {
            let mut square = [[0.0; SIDE]; SIDE];
            for (row, column) in square.iter_mut().zip(columns.chunks_exact(n_mels)) {
                for (value, x) in row.iter_mut().zip(&column[first..]) {
                    *value = (x - mean) / std;
                }
            }
            let rows = input[first * frames..].chunks_exact_mut(frames).take(SIDE);
            for (mel, row) in rows.enumerate() {
                let row = &mut row[block * SIDE..];
                let count = row.len().min(columns.len() / n_mels);
                for (value, column) in row[..count].iter_mut().zip(&square) {
                    *value = column[mel];
                }
            }
        }
    }
}
