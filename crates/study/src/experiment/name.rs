//! The experiments by name, and the study's results for each.

use crate::experiment::record::Study;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::fmt;
use std::sync::LazyLock;

/// An experiment of the study, with its line in the command's help.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    #[value(help = "gradient boosting on descriptors, one label against the rest")]
    OneVsRestBoosting,
    #[value(help = "the same on overlapping windows of the mel spectrogram")]
    WindowedBoosting,
    #[value(help = "a CNN on random slices of clips, 16 kHz, 60 mel bands")]
    SlicesCnn,
    #[value(help = "the study's CNN on MFCC")]
    MfccCnn,
    #[value(help = "the study's CNN on mel spectrograms")]
    MelCnn,
    #[value(help = "a GRU on mel columns")]
    Rnn,
    #[value(help = "logistic regression on summary statistics of a clip")]
    Logistic,
    #[value(help = "a shuffled split, and the official folds")]
    Leakage,
}

/// The name as typed, which is also the name of its folder in the report.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", PossibleValue::get_name))
    }
}

impl Name {
    /// All experiments, the cheap ones first.
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

    /// Returns whether it distinguishes one label from the rest.
    pub fn is_one_vs_rest(self) -> bool {
        matches!(self, Self::OneVsRestBoosting | Self::WindowedBoosting)
    }

    /// Returns whether it trains a network, epoch by epoch.
    pub fn is_network(self) -> bool {
        matches!(self, Self::SlicesCnn | Self::MfccCnn | Self::MelCnn | Self::Rnn)
    }

    /// Returns what the study measured. Only an accuracy on official folds may share an axis with
    /// ours; figures for other labels or data are only stated.
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

/// What NAME may be: an experiment, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One experiment.
    One(Name),
    /// Labels taught from a few examples, on ESC-10; it takes more folders than the others.
    FewShot,
    /// Every experiment in turn on one data set: all but few-shot.
    All,
}

impl Selection {
    /// Returns the experiments to run, in order.
    pub fn names(self) -> Vec<Name> {
        match self {
            Self::One(name) => vec![name],
            Self::FewShot => Vec::new(),
            Self::All => Name::ALL.to_vec(),
        }
    }
}

impl ValueEnum for Selection {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<Selection>> = LazyLock::new(|| {
            let names = Name::value_variants().iter().copied();
            names.map(Selection::One).chain([Selection::FewShot, Selection::All]).collect()
        });
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::One(name) => name.to_possible_value(),
            Self::FewShot => Some(
                PossibleValue::new("few-shot")
                    .help("labels taught from 1 to 20 examples of ESC-10"),
            ),
            Self::All => {
                Some(PossibleValue::new("all").help("every experiment in turn, without few-shot"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_experiment_can_be_typed() {
        let typed = |selection: &Selection| match selection {
            Selection::One(name) => Some(*name),
            Selection::FewShot | Selection::All => None,
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
