//! The arguments of `classify`: what can be typed, and what it means.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::model::ModelSource;
use crate::outcome::UsageError;

/// The longest accepted hop: a day, in seconds.
const MAX_HOP_SECONDS: f64 = 86_400.0;

#[derive(Args)]
#[command(after_help = "Exit codes: 0 all recordings were classified, 1 some could not be read \
    (each is named on stderr, the others are still processed), 2 wrong usage.")]
pub(crate) struct RawClassify {
    /// Recordings (wav, aiff, flac, mp3, ogg vorbis, m4a), or folders of them
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,

    /// Name of a built-in model, or an ONNX file that describes itself [default: everyday]
    ///
    /// `sourcing-sound models` lists the names. A file of the same name takes precedence.
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<PathBuf>,

    /// Head file to put on the model; it adds its own labels to the model's
    ///
    /// They replace the labels that they refine; all other labels of the model stay.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,

    /// Score only the head's labels, and reject everything else
    ///
    /// Scores are then the calibrated probabilities of the head's labels. The head comes from
    /// --head, or from a model that has one, such as urban.
    #[arg(long)]
    head_only: bool,

    /// Seconds from one segment to the next [default: the model's]
    ///
    /// Rounded to whole steps of the model, of which there is at least one: 0.5 s for everyday and
    /// urban, 23 ms for urban-tiny.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    hop: Option<f64>,

    /// How many of the best labels to print
    ///
    /// text: labels per stretch of time, by default 3 for a recording that is one stretch and 1
    /// for others. csv: columns label_2, score_2, source_2 (and group_2, if the model has
    /// groups) and so on after those of the best label. jsonl: entries in "scores", best first; by
    /// default all of them, in the model's order, for a model with up to 20 labels, and 10 for one
    /// with more. All labels of a head come before these.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    top: Option<i64>,

    /// What to print: stretches of time for people, or one row or object per segment
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

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
}

/// Options of `classify`.
pub(crate) struct ClassifyOptions {
    /// Files and folders, as given; at least one.
    pub(super) inputs: Vec<PathBuf>,
    pub(super) model: ModelSource,
    /// Seconds from one segment to the next; the model's own if `None`.
    pub(super) hop_seconds: Option<f64>,
    /// How many labels to print; the format's own number if `None`.
    pub(super) top: Option<NonZeroUsize>,
    pub(super) format: Format,
}

impl TryFrom<RawClassify> for ClassifyOptions {
    type Error = UsageError;

    fn try_from(raw: RawClassify) -> Result<Self, UsageError> {
        Ok(ClassifyOptions {
            inputs: raw.files,
            model: ModelSource { model: raw.model, head: raw.head, head_only: raw.head_only },
            hop_seconds: raw.hop.map(checked_hop).transpose()?,
            top: raw.top.map(checked_top).transpose()?,
            format: raw.format,
        })
    }
}

fn checked_hop(seconds: f64) -> Result<f64, UsageError> {
    if seconds > 0.0 && seconds <= MAX_HOP_SECONDS {
        Ok(seconds)
    } else {
        Err(UsageError(format!(
            "--hop is {seconds}, expected seconds above 0 and up to {MAX_HOP_SECONDS}"
        )))
    }
}

fn checked_top(labels: i64) -> Result<NonZeroUsize, UsageError> {
    let checked = usize::try_from(labels).ok().and_then(NonZeroUsize::new);
    checked.ok_or_else(|| UsageError(format!("--top is {labels}, expected at least 1")))
}
