//! The experiments by name, and what the study found in each.

use crate::experiment::record::Study;
use clap::builder::PossibleValue;

/// An experiment of the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Gradient boosting on whole-clip descriptors, one label against the rest.
    OneVsRestBoosting,
    /// The same on overlapping windows of the mel spectrogram.
    WindowedBoosting,
    /// A CNN on random slices of clips of differing length.
    SlicesCnn,
    /// The study's CNN on MFCC.
    MfccCnn,
    /// The study's CNN on mel spectrograms.
    MelCnn,
    /// A GRU on mel columns.
    Rnn,
    /// Logistic regression on summary statistics.
    Logistic,
    /// A shuffled split beside the official folds.
    Leakage,
}

impl Name {
    /// All of them, the cheap ones first.
    pub const ALL: [Self; 8] = [
        Self::Logistic,
        Self::OneVsRestBoosting,
        Self::WindowedBoosting,
        Self::Rnn,
        Self::SlicesCnn,
        Self::MfccCnn,
        Self::MelCnn,
        Self::Leakage,
    ];

    /// As typed, and as its folder of the report is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneVsRestBoosting => "one-vs-rest-boosting",
            Self::WindowedBoosting => "windowed-boosting",
            Self::SlicesCnn => "slices-cnn",
            Self::MfccCnn => "mfcc-cnn",
            Self::MelCnn => "mel-cnn",
            Self::Rnn => "rnn",
            Self::Logistic => "logistic",
            Self::Leakage => "leakage",
        }
    }

    /// Whether it tells one label from the rest.
    pub fn is_one_vs_rest(self) -> bool {
        matches!(self, Self::OneVsRestBoosting | Self::WindowedBoosting)
    }

    /// Whether it trains a network, epoch after epoch.
    pub fn is_network(self) -> bool {
        matches!(self, Self::SlicesCnn | Self::MfccCnn | Self::MelCnn | Self::Rnn)
    }

    /// One line for the command's help.
    fn help(self) -> &'static str {
        match self {
            Self::OneVsRestBoosting => {
                "gradient boosting on descriptors, one label against the rest"
            }
            Self::WindowedBoosting => "the same on overlapping windows of the mel spectrogram",
            Self::SlicesCnn => "a CNN on random slices of clips, 16 kHz, 60 mel bands",
            Self::MfccCnn => "the study's CNN on MFCC",
            Self::MelCnn => "the study's CNN on mel spectrograms",
            Self::Rnn => "a GRU on mel columns",
            Self::Logistic => "logistic regression on summary statistics of a clip",
            Self::Leakage => "a shuffled split beside the official folds",
        }
    }

    /// What the study measured. Only an accuracy on official folds may share an axis with ours;
    /// figures on other labels or other data are stated and no more.
    pub fn study(self) -> Option<Study> {
        let (accuracy, statement) = match self {
            Self::OneVsRestBoosting => (
                None,
                "98% accuracy with precision and recall of 0%, for \"purr\" against the rest of \
                 the Freesound clips, a quarter of the files held out",
            ),
            Self::WindowedBoosting => (
                None,
                "51.7% accuracy, precision 52%, recall 6.6%, for \"purr\" against the rest of the \
                 Freesound clips, on a validation set",
            ),
            Self::SlicesCnn => (
                None,
                "about 53% on a hold-out set of the traffic and city labels of the Freesound clips",
            ),
            Self::MfccCnn => (Some(0.618_646_56), "61.9% on all ten official folds"),
            Self::MelCnn => (Some(0.661_320_1), "66.1% on all ten official folds"),
            Self::Rnn => {
                (None, "CNNs outperformed RNNs and took less time to train; no figure is given")
            }
            Self::Leakage => {
                (Some(0.618_646_56), "93.6% on a shuffled split, 61.9% on all ten official folds")
            }
            // The study did not try it.
            Self::Logistic => return None,
        };
        Some(Study { accuracy, statement: statement.to_owned() })
    }
}

/// What is typed as NAME: an experiment, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One experiment.
    One(Name),
    /// Every experiment in turn.
    All,
}

impl Selection {
    /// The experiments to run, in order.
    pub fn names(self) -> Vec<Name> {
        match self {
            Self::One(name) => vec![name],
            Self::All => Name::ALL.to_vec(),
        }
    }
}

impl clap::ValueEnum for Selection {
    fn value_variants<'a>() -> &'a [Self] {
        const VARIANTS: [Selection; 9] = [
            Selection::One(Name::OneVsRestBoosting),
            Selection::One(Name::WindowedBoosting),
            Selection::One(Name::SlicesCnn),
            Selection::One(Name::MfccCnn),
            Selection::One(Name::MelCnn),
            Selection::One(Name::Rnn),
            Selection::One(Name::Logistic),
            Selection::One(Name::Leakage),
            Selection::All,
        ];
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::One(name) => PossibleValue::new(name.as_str()).help(name.help()),
            Self::All => PossibleValue::new("all").help("every experiment in turn"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use std::collections::BTreeSet;

    #[test]
    fn every_experiment_can_be_typed() {
        let typed = |selection: &Selection| match selection {
            Selection::One(name) => Some(*name),
            Selection::All => None,
        };
        let offered: BTreeSet<_> = Selection::value_variants().iter().filter_map(typed).collect();
        assert_eq!(offered, Name::ALL.into_iter().collect());
        assert_eq!(
            Selection::from_str("mel-cnn", false).map(Selection::names),
            Ok(vec![Name::MelCnn])
        );
        assert_eq!(Selection::from_str("all", false).map(Selection::names).map(|n| n.len()), Ok(8));
    }
}
