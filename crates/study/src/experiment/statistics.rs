//! Statistics of a clip over time: one row per clip.
//!
//! Computed from the core's descriptors at the flagship's settings (22,050 Hz, frames of 1,024
//! samples every 512, 64 mel bands from 30 Hz). None depends on how loud the clip is, because the
//! gain depends on how it was recorded, or on its length, which depends on how the data set was
//! cut.

use crate::experiment::clip_features::Extractor;
use anyhow::Result;
use sourcing_sound::{DescriptorConfig, Descriptors, Pcm};
use sourcing_sound_train::model::config;

/// Added to a power before its logarithm, as in the flagship's front end.
const POWER_OFFSET: f32 = 1e-10;
const N_MFCC: usize = 20;

/// Statistics of one column of a series.
#[derive(Clone, Copy)]
enum Statistic {
    /// Mean over time.
    Mean,
    /// Standard deviation over time.
    Deviation,
    /// How far the greatest value is above the mean.
    Excess,
    /// Standard deviation of the change from frame to frame; 0 for a single frame.
    Change,
}

use Statistic::{Change, Deviation, Excess, Mean};

const OF_MEL: [Statistic; 4] = [Mean, Deviation, Excess, Change];
const OF_MFCC: [Statistic; 3] = [Mean, Deviation, Change];
const OF_LEVEL: [Statistic; 3] = [Deviation, Excess, Change];
const OF_SHAPE: [Statistic; 2] = [Mean, Deviation];
/// Centroid, bandwidth, roll-off, zero-crossing rate.
const N_SHAPES: usize = 4;

/// Statistics over time of log-mel bands in dB (relative to their mean over the clip), MFCC (except
/// the first, which is the level), the level in dB, centroid, bandwidth, roll-off and zero-crossing
/// rate.
pub struct ClipStatistics {
    descriptors: Descriptors,
}

fn descriptor_config() -> DescriptorConfig {
    let front_end = config::front_end();
    DescriptorConfig {
        n_fft: front_end.n_fft,
        win_length: front_end.win_length,
        hop_length: front_end.hop_length,
        center: front_end.center,
        n_mels: front_end.n_mels,
        f_min: front_end.f_min,
        f_max: front_end.f_max,
        mel_scale: front_end.mel_scale,
        norm: front_end.norm,
        n_mfcc: N_MFCC,
        top_db: None,
        ..DescriptorConfig::librosa(front_end.sample_rate)
    }
}

impl Extractor for ClipStatistics {
    const NAME: &'static str = "clip-statistics";

    fn key() -> String {
        format!("4 {N_MFCC} {}", config::front_end().fingerprint())
    }

    fn width() -> usize {
        let config = descriptor_config();
        config.n_mels * OF_MEL.len()
            + (config.n_mfcc - 1) * OF_MFCC.len()
            + OF_LEVEL.len()
            + N_SHAPES * OF_SHAPE.len()
    }

    fn new() -> Result<Self> {
        Ok(Self { descriptors: Descriptors::new(descriptor_config())? })
    }

    fn rows(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
        let frames = self.descriptors.compute(pcm)?;
        let decibel = |power: f32| 10.0 * (power + POWER_OFFSET).log10();
        let mut mel: Vec<_> = frames.mel().iter().map(|power| decibel(*power)).collect();
        let level = mel.iter().sum::<f32>() / mel.len().max(1) as f32;
        mel.iter_mut().for_each(|value| *value -= level);
        let powers = frames.mel().chunks_exact(frames.n_mels());
        let levels: Vec<_> = powers.map(|column| decibel(column.iter().sum())).collect();
        let mut row = Vec::with_capacity(Self::width());
        push(&mut row, (&mel, frames.n_mels()), 0, &OF_MEL);
        push(&mut row, (frames.mfcc(), frames.n_mfcc()), 1, &OF_MFCC);
        push(&mut row, (&levels, 1), 0, &OF_LEVEL);
        let shapes: [&[f32]; N_SHAPES] =
            [frames.centroid(), frames.bandwidth(), frames.roll_off(), frames.zero_crossing_rate()];
        for values in shapes {
            push(&mut row, (values, 1), 0, &OF_SHAPE);
        }
        Ok(row)
    }
}

/// Adds the statistics of a quantity over time, `[frames][width]`, column by column from `first` on.
fn push(
    row: &mut Vec<f32>,
    (values, width): (&[f32], usize),
    first: usize,
    statistics: &[Statistic],
) {
    for index in first..width {
        let column = values.iter().skip(index).step_by(width);
        let column: Vec<f64> = column.map(|value| f64::from(*value)).collect();
        row.extend(statistics.iter().map(|statistic| statistic.of(&column) as f32));
    }
}

impl Statistic {
    fn of(self, column: &[f64]) -> f64 {
        match self {
            Mean => mean(column),
            Deviation => deviation(column),
            Excess => {
                let greatest = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                if column.is_empty() { 0.0 } else { greatest - mean(column) }
            }
            Change => {
                let steps: Vec<_> = column.windows(2).map(|pair| pair[1] - pair[0]).collect();
                deviation(&steps)
            }
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (squares.sum::<f64>() / values.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use rand::RngExt;
    use sourcing_sound::SampleRate;
    use sourcing_sound_train::random::generator;

    #[test]
    fn statistics_match_a_manual_computation() {
        let column = [1.0, 3.0, 2.0, 6.0];
        assert_eq!(Mean.of(&column), 3.0);
        assert!((Deviation.of(&column) - 3.5f64.sqrt()).abs() < 1e-12);
        assert_eq!(Excess.of(&column), 3.0);
        // Steps 2, -1, 4: mean 5/3.
        assert!((Change.of(&column) - (38.0f64 / 9.0).sqrt()).abs() < 1e-12);
        assert_eq!(Change.of(&[1.0]), 0.0);
    }

    #[test]
    fn a_row_has_the_stated_width_and_no_surprises() {
        let mut extractor = ClipStatistics::new().unwrap();
        let rate = SampleRate::new(22_050).unwrap();
        let tone: Vec<_> = (0..22_050).map(|n| 0.1 * (n as f32 * 0.1).sin()).collect();
        for samples in [&tone[..], &tone[..200], &vec![0.0; 4_000]] {
            let row = extractor.rows(Pcm::new(samples, rate).unwrap()).unwrap();
            assert_eq!(row.len(), ClipStatistics::width());
            assert!(row.iter().all(|value| value.is_finite()));
        }
        // The mean centroid of a tone is its frequency: 0.1 rad per sample.
        let row = extractor.rows(Pcm::new(&tone, rate).unwrap()).unwrap();
        let centroid = row[row.len() - 8];
        assert!((centroid - 350.9).abs() < 30.0, "{centroid} Hz");
    }

    #[test]
    fn twice_as_loud_is_the_same() {
        let mut rng = generator(1, "noise", &[]);
        let noise: Vec<f32> = (0..22_050).map(|_| rng.random_range(-0.3..0.3)).collect();
        let louder: Vec<_> = noise.iter().map(|sample| 2.0 * sample).collect();
        let mut extractor = ClipStatistics::new().unwrap();
        let rate = SampleRate::new(22_050).unwrap();
        let mut row = |samples: &[f32]| extractor.rows(Pcm::new(samples, rate).unwrap()).unwrap();
        for (index, (a, b)) in row(&noise).iter().zip(row(&louder)).enumerate() {
            assert!((a - b).abs() <= 1e-3 * a.abs().max(1.0), "number {index}: {a} and {b}");
        }
    }
}
