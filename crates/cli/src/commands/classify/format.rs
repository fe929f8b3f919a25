//! The output formats of `classify`, and what each can do.

use clap::ValueEnum;

/// How predictions are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people: stretches of time with their labels; similar neighbours are joined until there
    /// are few enough to read, 15 in a minute and 120 in an hour
    Text,
    /// A header and one row per segment
    Csv,
    /// One JSON object per segment and line
    Jsonl,
    /// A header and one row per sound, from where it begins to where it ends
    Events,
    /// A selection table for Raven: neighbouring segments with the same label are joined
    Raven,
    /// A label track for Audacity: neighbouring segments with the same label are joined
    Audacity,
    /// A Parquet file with one row per segment
    Parquet,
    /// A Parquet file with one row per sound, as events
    ParquetEvents,
}

impl Format {
    /// Returns the extension of a result's file name.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Format::Text => "txt",
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Events => "events.csv",
            Format::Raven => "selections.txt",
            Format::Audacity => "labels.txt",
            Format::Parquet => "parquet",
            Format::ParquetEvents => "events.parquet",
        }
    }

    /// Returns whether an incomplete file shows what it contains, because its lines name their
    /// recordings.
    pub(super) fn can_be_continued(self) -> bool {
        matches!(self, Format::Csv | Format::Jsonl | Format::Events)
    }

    pub(super) fn is_binary(self) -> bool {
        matches!(self, Format::Parquet | Format::ParquetEvents)
    }

    /// Returns whether a row can have more than one label.
    pub(super) fn has_several_labels(self) -> bool {
        matches!(self, Format::Text | Format::Csv | Format::Jsonl | Format::Parquet)
    }

    /// Returns whether one file can contain several recordings.
    pub(super) fn names_recordings(self) -> bool {
        self != Format::Audacity
    }

    /// Returns whether it can contain times of day.
    pub(super) fn has_times_of_day(self) -> bool {
        matches!(self, Format::Csv | Format::Jsonl | Format::Events) || self.is_binary()
    }
}
