//! Turns audio files into inputs of the networks, through the core's front end.

use super::clips::Clip;
use super::recipe::{Recipe, Rows, TOP_DB};
use crate::experiment::method::median;
use anyhow::Result;
use rayon::prelude::*;
use sourcing_sound::{Dct, FrontEnd, Pcm, SampleRate};
use sourcing_sound_train::data::columns::{self, Columns, Source};
use sourcing_sound_train::data::dataset::Slice;
use std::path::Path;
use std::time::Instant;

/// Clips over which the median time per clip is taken.
const TIMED_CLIPS: usize = 15;

/// All clips of a data set, ready to draw inputs from.
pub struct Prepared {
    /// In the order of the data set; `None` if the audio is unusable.
    pub clips: Vec<Option<Clip>>,
    /// What was wrong with unusable audio.
    pub failures: Vec<String>,
    /// Median milliseconds per clip from samples to input, one thread.
    pub features_ms: Option<f64>,
}

/// Computes the inputs of all clips. Mel columns come from the cache in `cache` if they were
/// computed before.
pub fn prepare(recipe: &Recipe, slices: &[Slice], cache: &Path) -> Result<Prepared> {
    let sources: Vec<_> = slices.iter().map(Source::from).collect();
    let mels = recipe.front_end.n_mels;
    let what = format!("{mels}-mels-{}-hz", recipe.front_end.sample_rate);
    let extracted = columns::extract(cache, &what, &recipe.front_end, &sources)?;
    let maker = Maker::new(recipe)?;
    let make = |columns: Option<Columns>| columns.map(|columns| maker.clip(&columns));
    let clips = extracted.columns.into_par_iter().map(make).collect();
    let features_ms = time(recipe, &maker, &sources)?;
    Ok(Prepared { clips, failures: extracted.failures, features_ms })
}

/// Makes clips of mel columns.
struct Maker<'a> {
    recipe: &'a Recipe,
    silence: f32,
    dct: Option<Dct>,
}

impl<'a> Maker<'a> {
    fn new(recipe: &'a Recipe) -> Result<Self> {
        let dct = match recipe.rows {
            Rows::Mel => None,
            Rows::Mfcc => Some(Dct::new(recipe.front_end.n_mels, recipe.input[0])?),
        };
        Ok(Self { recipe, silence: recipe.front_end.silent_value(), dct })
    }

    /// Returns the clip with these mel columns in dB.
    fn clip(&self, columns: &Columns) -> Clip {
        let mut columns = columns.clone();
        if self.recipe.whole {
            // Silence at the end, as the study padded: every input stays the same from epoch to
            // epoch, and a short clip is the same as in testing.
            let width = self.recipe.input[1] * self.recipe.pooled_columns;
            columns.values.resize(width * columns.n_mels, self.silence);
        }
        let greatest = columns.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let silence = self.silence.max(greatest - TOP_DB);
        columns.values.iter_mut().for_each(|value| *value = value.max(silence));
        let columns = pooled(self.transformed(columns), self.recipe.pooled_columns);
        let (rows, width) = (columns.n_mels, columns.frames());
        let at = |row: usize| columns.values[row..].iter().step_by(rows).take(width).copied();
        Clip { values: (0..rows).flat_map(at).collect(), rows, silence }
    }

    /// Returns the columns' coefficients, if these are used.
    fn transformed(&self, columns: Columns) -> Columns {
        let Some(dct) = &self.dct else { return columns };
        let mut values = vec![0.0; columns.frames() * dct.n_out()];
        let frames = columns.values.chunks_exact(columns.n_mels);
        for (mels, coefficients) in frames.zip(values.chunks_exact_mut(dct.n_out())) {
            dct.apply(mels, coefficients);
        }
        Columns { n_mels: dct.n_out(), values }
    }
}

/// Averages every `n` neighbouring columns; a rest at the end is dropped.
fn pooled(columns: Columns, n: usize) -> Columns {
    if n == 1 {
        return columns;
    }
    let n_mels = columns.n_mels;
    let mean = |group: &[f32]| {
        let of_band = |m| group[m..].iter().step_by(n_mels).sum::<f32>() / n as f32;
        (0..n_mels).map(of_band).collect::<Vec<_>>()
    };
    let values = columns.values.chunks_exact(n * n_mels).flat_map(mean).collect();
    Columns { n_mels, values }
}

/// Returns the median milliseconds from decoded samples to a clip, over some clips spread over the
/// set.
fn time(recipe: &Recipe, maker: &Maker<'_>, sources: &[Source]) -> Result<Option<f64>> {
    let mut front_end = FrontEnd::new(recipe.front_end.clone())?;
    let every = sources.len().div_ceil(TIMED_CLIPS).max(1);
    let mut times = Vec::new();
    for source in sources.iter().step_by(every) {
        // Files that cannot be decoded were reported when the columns were computed.
        let Ok(recording) = sourcing_sound_decode::decode(&source.path) else { continue };
        let pcm = Pcm::new(&recording.samples, SampleRate::new(recording.sample_rate)?)?;
        let begun = Instant::now();
        let Ok(values) = front_end.columns(pcm) else { continue };
        maker.clip(&Columns { n_mels: recipe.front_end.n_mels, values });
        times.push(1e3 * begun.elapsed().as_secs_f64());
    }
    Ok(median(times))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::experiment::networks::recipe::{Kind, Options};
    use sourcing_sound_train::fixtures::random_columns;

    fn clip(kind: Kind, columns: &Columns) -> Clip {
        let recipe = Recipe::new(kind, &Options::default());
        Maker::new(&recipe).unwrap().clip(columns)
    }

    #[test]
    fn a_short_clip_is_followed_by_silence_and_a_long_one_cut() {
        let columns = random_columns(60, 100, 1);
        let greatest = columns.values.iter().copied().fold(f32::MIN, f32::max);
        let short = clip(Kind::MelCnn, &columns);
        assert_eq!((short.rows, short.width()), (60, 174));
        assert_eq!(short.silence, greatest - 80.0);
        // Row by row in the clip, column by column before.
        assert_eq!(short.values[7 * 174 + 99], columns.values[99 * 60 + 7]);
        assert!(short.values[7 * 174 + 100..8 * 174].iter().all(|v| *v == short.silence));
        let long = clip(Kind::MelCnn, &random_columns(60, 300, 1));
        assert_eq!(long.width(), 174);
    }

    #[test]
    fn values_end_80_db_below_the_greatest_but_not_below_digital_silence() {
        let mut columns = random_columns(60, 174, 1);
        columns.values[0] = 20.0;
        columns.values[1] = -75.0;
        assert_eq!(clip(Kind::MelCnn, &columns).values[174], -60.0);
        let faint = Columns { n_mels: 60, values: vec![-99.0; 60 * 10] };
        assert_eq!(clip(Kind::MelCnn, &faint).silence, -100.0);
    }

    #[test]
    fn mfccs_are_the_dct_of_the_padded_clip() {
        let columns = random_columns(128, 50, 1);
        let clip = clip(Kind::MfccCnn, &columns);
        assert_eq!((clip.rows, clip.width()), (60, 174));
        let (column, k) = (11, 3);
        let dct: f64 = (0..128)
            .map(|n| {
                let angle = std::f64::consts::PI * (n as f64 + 0.5) * k as f64 / 128.0;
                f64::from(columns.values[column * 128 + n].max(clip.silence)) * angle.cos()
            })
            .sum();
        let expected = dct * (2.0f64 / 128.0).sqrt();
        let found = f64::from(clip.values[k * 174 + column]);
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        // Silence has no shape, only a level: 128 · s / √128.
        let level = clip.silence * 128f32.sqrt();
        assert!((clip.values[173] - level).abs() < 1e-2);
        assert!(clip.values[174 + 173].abs() < 1e-2);
    }

    #[test]
    fn the_recurrent_network_sees_means_of_two_columns() {
        let columns = random_columns(60, 174, 1);
        let clip = clip(Kind::Rnn, &columns);
        assert_eq!(clip.width(), 87);
        let mean = (columns.values[4 * 60 + 9] + columns.values[5 * 60 + 9]) / 2.0;
        assert!((clip.values[9 * 87 + 2] - mean).abs() < 1e-4);
    }

    #[test]
    fn slices_keep_a_clip_s_own_length() {
        assert_eq!(clip(Kind::SlicesCnn, &random_columns(60, 21, 1)).width(), 21);
        assert_eq!(clip(Kind::SlicesCnn, &random_columns(60, 900, 1)).width(), 900);
    }
}
