//! Reduces a long recording to as many numbers as there are pixels to draw.

use std::ops::Range;

/// Divides `count` items into at most `parts` non-empty stretches of nearly equal length.
pub(super) fn stretches(count: usize, parts: usize) -> impl Iterator<Item = Range<usize>> {
    let parts = parts.min(count);
    (0..parts).map(move |part| part * count / parts..(part + 1) * count / parts)
}

/// Returns the least and the greatest value.
pub(super) fn extent(values: &[f32]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
        (low.min(value.into()), high.max(value.into()))
    })
}

/// Returns the mean power of levels in dB, in dB.
pub(super) fn mean_decibels(levels: &[f32]) -> f64 {
    let power: f64 = levels.iter().map(|&level| 10f64.powf(f64::from(level) / 10.0)).sum();
    10.0 * (power / levels.len().max(1) as f64).log10()
}

/// Shrinks a matrix by averaging neighbours: `values` is `[rows][columns]`, row after row. Returns
/// the new matrix in the same form, with at most `max` = (rows, columns).
pub(super) fn shrink(values: &[f32], columns: usize, max: (usize, usize)) -> (Vec<f32>, usize) {
    let rows = values.len() / columns.max(1);
    let mut small = Vec::new();
    for row_range in stretches(rows, max.0) {
        for column_range in stretches(columns, max.1) {
            let cells = row_range.clone().flat_map(|row| {
                let start = row * columns;
                values.get(start + column_range.start..start + column_range.end).unwrap_or_default()
            });
            let sum: f64 = cells.map(|&value| f64::from(value)).sum();
            small.push((sum / (row_range.len() * column_range.len()) as f64) as f32);
        }
    }
    (small, columns.min(max.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_cover_every_item_once() {
        for (count, parts) in [(10, 3), (3, 10), (0, 5), (1_000, 999)] {
            let covered: Vec<usize> = stretches(count, parts).flatten().collect();
            assert_eq!(covered, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn shrinking_takes_means() {
        let values = [1.0, 3.0, 5.0, 7.0, 2.0, 4.0, 6.0, 8.0];
        assert_eq!(shrink(&values, 4, (2, 2)), (vec![2.0, 6.0, 3.0, 7.0], 2));
        assert_eq!(shrink(&values, 4, (1, 1)), (vec![4.5], 1));
        assert_eq!(shrink(&values, 4, (9, 9)), (values.to_vec(), 4));
    }

    #[test]
    fn levels_are_averaged_as_power() {
        assert!((mean_decibels(&[0.0, -100.0]) - -3.0103).abs() < 1e-4);
    }
}
