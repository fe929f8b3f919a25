//! Stores the sums of a tile.

use super::activation::Activation;
use super::lane::{LANES, Lane, Lanes};
use super::value::Layout;
use fearless_simd::prelude::*;

/// Stores the sums of neighbouring pixels after applying everything else to them.
pub(super) struct Store<'a> {
    pub(super) layout: &'a Layout,
    /// A value that is added, and its layout.
    pub(super) addend: Option<(&'a [Lane], &'a Layout)>,
    pub(super) activation: Activation,
    /// Whether pixels are counted through all rows, as if these were one. With short vectors, there
    /// is then no border between the rows.
    pub(super) flattened: bool,
}

impl Store<'_> {
    /// Stores `VECTORS` vectors for each of `PIXELS` neighbours, starting at `[row, column]`, for
    /// the channels from a block on.
    #[inline(always)]
    pub(super) fn tile<S, V, const PIXELS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        (block, [row, column]): (usize, [usize; 2]),
        sums: &[[V; VECTORS]; PIXELS],
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        let at = (block, [row, column]);
        // With constant indices; otherwise the compiler keeps all sums in memory.
        self.vector(simd, at, &column_of(sums, 0), output);
        if VECTORS > 1 {
            self.vector(simd, (block + V::COUNT, at.1), &column_of(sums, 1), output);
        }
    }

    /// Stores one of the vectors of each pixel.
    #[inline(always)]
    fn vector<S, V, const PIXELS: usize>(
        &self,
        simd: S,
        (block, [row, column]): (usize, [usize; 2]),
        sums: &[V; PIXELS],
        output: &mut [Lane],
    ) where
        S: Simd,
        V: Lanes<S>,
    {
        let addend = self.addend.map(|(addend, layout)| {
            (&addend[block * layout.plane() + layout.row(row) + column..], layout.plane())
        });
        let mut values = *sums;
        for (pixel, value) in values.iter_mut().enumerate() {
            if let Some((addend, plane)) = addend {
                *value += V::of(
                    simd,
                    #[inline(always)]
                    |block| &addend[block * plane + pixel],
                );
            }
            *value = self.activation.apply(simd, *value);
        }
        let columns = self.layout.shape.columns;
        let [row, column] = match self.flattened {
            true => [column / columns, column % columns],
            false => [row, column],
        };
        let is_together = S::f32s::LEN < LANES || self.layout.border[1] == 0;
        for part in 0..V::COUNT {
            let place = (block + part) * self.layout.plane() + self.layout.row(row) + column;
            if is_together || column + PIXELS <= columns {
                let Some(out) = output[place..].first_chunk_mut::<PIXELS>() else { return };
                for (out, value) in out.iter_mut().zip(&values) {
                    value.lane(part).store_slice(out);
                }
            } else {
                // The pixels continue in the next row, beyond the border.
                let (mut place, mut left) = (place, columns - column);
                for value in &values {
                    if left == 0 {
                        place += 2 * self.layout.border[1];
                        left = columns;
                    }
                    value.lane(part).store_slice(&mut output[place]);
                    (place, left) = (place + 1, left - 1);
                }
            }
        }
    }
}

/// Returns one of the vectors of each pixel.
#[inline(always)]
fn column_of<V: Copy, const VECTORS: usize, const PIXELS: usize>(
    sums: &[[V; VECTORS]; PIXELS],
    vector: usize,
) -> [V; PIXELS] {
    let mut column = [sums[0][vector]; PIXELS];
    for (value, sums) in column.iter_mut().zip(sums) {
        *value = sums[vector];
    }
    column
}
