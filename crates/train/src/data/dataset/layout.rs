//! The layouts of data sets.

use clap::ValueEnum;

/// How a data set is laid out in its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// UrbanSound8K: metadata/UrbanSound8K.csv and audio/fold1, audio/fold2, …
    #[value(name = "urbansound8k")]
    UrbanSound8k,
    /// FSDKaggle2019 or FSDKaggle2018: train_curated.csv, train_noisy.csv or train.csv.
    Freesound,
    /// ESC-50: meta/esc50.csv and audio.
    #[value(name = "esc50")]
    Esc50,
    /// ESC-10: the rows of ESC-50 marked esc10, or their own metadata.csv, and audio.
    #[value(name = "esc10")]
    Esc10,
    /// A folder per label with audio files in it.
    Folders,
    /// No audio, but embeddings that were computed elsewhere; see [`crate::data::embeddings`].
    #[value(skip)]
    Embeddings,
}

impl Layout {
    /// Returns the name of the data set, or of the layout if several sets use it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UrbanSound8k => "UrbanSound8K",
            Self::Freesound => "FSDKaggle",
            Self::Esc50 => "ESC-50",
            Self::Esc10 => "ESC-10",
            Self::Folders => "folders",
            Self::Embeddings => "embeddings",
        }
    }

    /// Describes what must be in the folder.
    pub fn needs(self) -> &'static str {
        match self {
            Self::UrbanSound8k => {
                "metadata/UrbanSound8K.csv with its clips under audio/fold1, audio/fold2, …"
            }
            Self::Freesound => {
                "train_curated.csv or train_noisy.csv with their clips under train_curated/ and \
                 train_noisy/, or train.csv with its clips under audio_train/"
            }
            Self::Esc50 => "meta/esc50.csv with its clips under audio/",
            Self::Esc10 => {
                "meta/esc50.csv, or metadata.csv with filename, fold, category and src_file, with \
                 its clips under audio/"
            }
            Self::Folders => "two folders or more, named by their labels, with audio files in each",
            Self::Embeddings => "Parquet files of embeddings, which only `head --embeddings` takes",
        }
    }

    /// Returns whether the set was published with its folds, so that results on them can be
    /// compared.
    pub fn has_official_folds(self) -> bool {
        matches!(self, Self::UrbanSound8k | Self::Esc50 | Self::Esc10)
    }
}
