//! What distinguishes the four experiments: inputs, layers and training settings.

use super::layouts;
use serde::Serialize;
use sourcing_sound::FrontEndConfig;
use sourcing_sound_train::model::config;
use sourcing_sound_train::nn::net::NetworkConfig;
use sourcing_sound_train::nn::policy::{Keep, Policy, Rate};

/// Mel bands of all inputs, and MFCC coefficients.
const ROWS: usize = 60;
/// Columns of a whole clip: the 173 of 4 s at 22,050 Hz and hop 512, and one more, as in the
/// study's arrays.
const CLIP_COLUMNS: usize = 174;
/// Columns of a slice: 1.024 s at 16 kHz and hop 256.
const SLICE_COLUMNS: usize = 64;
/// Values end this many decibels below a clip's greatest one, as by librosa's default.
pub const TOP_DB: f32 = 80.0;

/// The kinds of experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The study's network on mel spectrograms of whole clips.
    MelCnn,
    /// The same network on MFCCs.
    MfccCnn,
    /// A smaller network on random slices of clips of differing length.
    SlicesCnn,
    /// A recurrent network on the columns of mel spectrograms.
    Rnn,
}

impl Kind {
    /// Returns its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::MelCnn => "mel-cnn",
            Self::MfccCnn => "mfcc-cnn",
            Self::SlicesCnn => "slices-cnn",
            Self::Rnn => "rnn",
        }
    }

    /// Describes it in one line.
    pub fn title(self) -> &'static str {
        match self {
            Self::MelCnn => "The study's convolutional network on 60-band mel spectrograms",
            Self::MfccCnn => "The study's convolutional network on 60 MFCCs",
            Self::SlicesCnn => "A convolutional network on random one-second mel slices at 16 kHz",
            Self::Rnn => "A recurrent network (GRU) along the columns of mel spectrograms",
        }
    }
}

/// Settings of the user; `None` for the experiment's default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// At most this many epochs.
    pub epochs: Option<usize>,
    /// Examples per batch.
    pub batch: Option<usize>,
    /// Epochs without a better one after which training ends.
    pub patience: Option<usize>,
    /// Adam's learning rate.
    pub learning_rate: Option<f64>,
}

/// What a column contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Mel bands in dB.
    Mel,
    /// Cepstral coefficients: the DCT-II of the mel bands in dB.
    Mfcc,
}

/// Settings of a training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FitConfig {
    /// Seed of weights, order, draws and dropout.
    pub seed: u64,
    /// At most this many epochs.
    pub epochs: usize,
    /// Examples per batch; the last one of an epoch may be smaller.
    pub batch: usize,
    /// Examples drawn of every clip in one epoch.
    pub draws: usize,
    /// Adam's learning rate; its other constants are 0.9, 0.999 and 1e-8.
    pub learning_rate: f64,
    /// Stop after this many epochs without a better one; `None` trains all epochs.
    pub patience: Option<usize>,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self { seed: 1, epochs: 40, batch: 16, draws: 1, learning_rate: 1e-3, patience: Some(8) }
    }
}

impl FitConfig {
    /// Returns the same settings as a policy.
    pub fn policy(&self) -> Policy {
        Policy {
            seed: self.seed,
            epochs: self.epochs,
            batch: self.batch,
            draws: self.draws,
            rate: Rate::Constant(self.learning_rate),
            weight_decay: 0.0,
            keep: Keep::Best { patience: self.patience },
        }
    }
}

/// One experiment in full.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// From audio to mel columns in dB.
    pub front_end: FrontEndConfig,
    /// What the network sees of a column.
    pub rows: Rows,
    /// Rows and columns of an input.
    pub input: [usize; 2],
    /// How many neighbouring columns are averaged into one.
    pub pooled_columns: usize,
    /// Whether every clip is cut or padded at the start to the width of an input; otherwise inputs
    /// are drawn from the whole clip.
    pub whole: bool,
    /// Columns between the slices that a clip is tested by.
    pub hop: usize,
    /// Settings of the training.
    pub fit: FitConfig,
    layout: fn([usize; 2], usize) -> NetworkConfig,
}

impl Recipe {
    /// Creates the recipe of an experiment.
    pub fn new(kind: Kind, options: &Options) -> Self {
        let whole = Self {
            front_end: front_end(22_050, 2_048, 512, ROWS),
            rows: Rows::Mel,
            input: [ROWS, CLIP_COLUMNS],
            pooled_columns: 1,
            whole: true,
            hop: CLIP_COLUMNS,
            fit: FitConfig::default(),
            layout: layouts::study_cnn,
        };
        let mut recipe = match kind {
            Kind::MelCnn => whole,
            // librosa computes MFCCs from 128 mel bands by default.
            Kind::MfccCnn => Self {
                front_end: front_end(22_050, 2_048, 512, 128),
                rows: Rows::Mfcc,
                fit: FitConfig { batch: 64, ..whole.fit.clone() },
                ..whole
            },
            Kind::SlicesCnn => Self {
                front_end: front_end(16_000, 1_024, 256, ROWS),
                input: [ROWS, SLICE_COLUMNS],
                whole: false,
                hop: SLICE_COLUMNS / 2,
                fit: FitConfig { batch: 32, draws: 2, ..whole.fit.clone() },
                layout: layouts::slice_cnn,
                ..whole
            },
            // Twice as many steps would take twice as long without making learning easier.
            Kind::Rnn => Self {
                input: [ROWS, CLIP_COLUMNS / 2],
                pooled_columns: 2,
                hop: CLIP_COLUMNS / 2,
                fit: FitConfig { epochs: 60, patience: Some(12), ..whole.fit.clone() },
                layout: layouts::gru,
                ..whole
            },
        };
        let fit = &mut recipe.fit;
        fit.epochs = options.epochs.unwrap_or(fit.epochs);
        fit.batch = options.batch.unwrap_or(fit.batch);
        fit.patience = options.patience.or(fit.patience);
        fit.learning_rate = options.learning_rate.unwrap_or(fit.learning_rate);
        recipe
    }

    /// Returns the network for a number of labels.
    pub fn network(&self, n_labels: usize) -> NetworkConfig {
        (self.layout)(self.input, n_labels)
    }

    /// Returns whether every row is normalised separately. Bands share a unit, so one mean and
    /// deviation keep the spectrum's tilt; coefficients differ in size by orders of magnitude.
    pub fn scaling_by_row(&self) -> bool {
        self.rows == Rows::Mfcc
    }

    /// Describes the inputs in words; recipes with equal descriptions produce equal inputs.
    pub fn describe(&self) -> String {
        let FrontEndConfig { sample_rate, n_fft, hop_length, n_mels, .. } = self.front_end;
        let rows = match self.rows {
            Rows::Mel => format!("{n_mels} mel bands in dB, one mean and deviation for all"),
            Rows::Mfcc => {
                format!("{} MFCCs of {n_mels} mel bands, each normalised by itself", self.input[0])
            }
        };
        let columns = self.input[1];
        let extent = if self.whole {
            format!("the first {columns} columns, silence after a shorter clip")
        } else {
            format!(
                "slices of {columns} columns at random places, every {} in testing, a shorter \
                 clip at a random place in silence",
                self.hop
            )
        };
        let pooled = match self.pooled_columns {
            1 => String::new(),
            n => format!(", means of {n} columns"),
        };
        format!(
            "{sample_rate} Hz, n_fft {n_fft}, hop_length {hop_length}, {rows}, top_db {TOP_DB}\
             {pooled}; {extent}"
        )
    }
}

/// Returns librosa's mel spectrogram at a rate, with bands up to half of it, and otherwise the
/// flagship's settings.
fn front_end(sample_rate: u32, n_fft: usize, hop_length: usize, n_mels: usize) -> FrontEndConfig {
    FrontEndConfig {
        sample_rate,
        n_fft,
        win_length: n_fft,
        hop_length,
        n_mels,
        f_min: 0.0,
        f_max: sample_rate as f32 / 2.0,
        ..config::front_end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    const KINDS: [Kind; 4] = [Kind::MelCnn, Kind::MfccCnn, Kind::SlicesCnn, Kind::Rnn];

    #[test]
    fn every_recipe_has_a_network_that_can_be_built() {
        for kind in KINDS {
            let recipe = Recipe::new(kind, &Options::default());
            recipe.network(10).validate().unwrap();
            assert!(sourcing_sound::FrontEnd::new(recipe.front_end.clone()).is_ok());
        }
    }

    #[test]
    fn mel_and_mfcc_share_the_study_s_network() {
        for kind in [Kind::MelCnn, Kind::MfccCnn] {
            let network = Recipe::new(kind, &Options::default()).network(10);
            assert_eq!(network.parameters().unwrap(), 2_204_538);
        }
    }

    #[test]
    fn inputs_of_different_recipes_have_different_words() {
        let words = KINDS.map(|kind| Recipe::new(kind, &Options::default()).describe());
        for (index, word) in words.iter().enumerate() {
            assert!(!words[..index].contains(word), "{word}");
        }
    }

    #[test]
    fn options_replace_defaults() {
        let options = Options {
            epochs: Some(3),
            batch: Some(5),
            patience: Some(1),
            learning_rate: Some(0.01),
        };
        let fit = Recipe::new(Kind::SlicesCnn, &options).fit;
        assert_eq!((fit.epochs, fit.batch, fit.draws), (3, 5, 2));
        assert_eq!((fit.patience, fit.learning_rate), (Some(1), 0.01));
    }
}
