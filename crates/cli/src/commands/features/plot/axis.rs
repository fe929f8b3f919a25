//! Axes with labels at round numbers, linear or in mel.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use sourcing_sound::MelScale;

/// Frequencies in Hz that may be labels on a mel axis.
const ROUND_HZ: [f64; 15] =
    [0.0, 100.0, 250.0, 500.0, 1e3, 2e3, 3e3, 4e3, 6e3, 8e3, 12e3, 16e3, 24e3, 48e3, 96e3];

/// The least distance between labels of a mel axis, as a share of the axis.
const LABEL_DISTANCE: f64 = 0.06;

/// A range of numbers with marks at round ones.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    /// `None` for a linear axis.
    mel: Option<MelScale>,
    ticks: Vec<f64>,
    /// Digits after the decimal point of labels.
    decimals: usize,
}

impl Axis {
    /// Creates an axis from `low` to `high`, which is greater, with about `marks` marks, 1, 2 or 5
    /// · 10ⁿ apart.
    pub(super) fn linear(low: f64, high: f64, marks: usize) -> Self {
        let step = round_step((high - low) / marks as f64);
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        Axis {
            low,
            high,
            mel: None,
            ticks: (first..=last).map(|n| n as f64 * step).collect(),
            decimals: (-step.log10().floor()).clamp(0.0, 12.0) as usize,
        }
    }

    /// Creates an axis from `low` to `high` Hz, which is greater, in equal steps of mel.
    pub(super) fn mel(low: f64, high: f64, scale: MelScale) -> Self {
        let mut axis = Axis { low, high, mel: Some(scale), ticks: Vec::new(), decimals: 0 };
        for hz in ROUND_HZ.into_iter().filter(|hz| (low..=high).contains(hz)) {
            let position = axis.position(hz);
            let last = axis.ticks.last().map(|&last| axis.position(last));
            if last.is_none_or(|last| position - last >= LABEL_DISTANCE) {
                axis.ticks.push(hz);
            }
        }
        axis
    }

    /// Returns the position of a value: 0 at the low end, 1 at the high end.
    pub(super) fn position(&self, value: f64) -> f64 {
        let scaled = |value: f64| self.mel.map_or(value, |scale| scale.to_mel(value));
        let (low, high) = (scaled(self.low), scaled(self.high));
        (scaled(value) - low) / (high - low)
    }

    pub(super) fn low(&self) -> f64 {
        self.low
    }

    pub(super) fn high(&self) -> f64 {
        self.high
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        start + (self.position(*value) * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        grouped(*value, self.decimals)
    }
}

/// Returns the smallest of 1, 2 and 5 · 10ⁿ that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// Formats a number with commas between thousands and a minus sign as wide as a plus.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if value < 0.0 && !is_zero { format!("−{grouped}") } else { grouped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_at_round_numbers() {
        let axis = Axis::linear(-0.37, 0.37, 8);
        let labels: Vec<String> = axis.ticks.iter().map(|tick| axis.format_ext(tick)).collect();
        assert_eq!(labels, ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(Axis::linear(0.0, 4.0, 8).ticks.len(), 9);
        assert_eq!(grouped(-22_050.0, 0), "−22,050");
        assert_eq!(grouped(-0.001, 2), "0.00");
    }

    #[test]
    fn labels_of_mel_axes_do_not_overlap() {
        let axis = Axis::mel(0.0, 22_050.0, MelScale::Slaney);
        assert!(axis.ticks.len() >= 8, "{:?}", axis.ticks);
        let gaps =
            axis.ticks.windows(2).map(|pair| axis.position(pair[1]) - axis.position(pair[0]));
        assert!(gaps.into_iter().all(|gap| gap >= LABEL_DISTANCE));
        assert_eq!((axis.position(0.0), axis.position(22_050.0)), (0.0, 1.0));
        // Halfway in mel is far below halfway in Hz.
        assert!(axis.position(3_000.0) > 0.5);
    }
}
