//! What was typed, before it is known to make sense.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Says what the sounds in recordings are.
#[derive(Parser)]
#[command(name = "sourcing-sound", version, arg_required_else_help = true)]
pub(crate) struct RawArgs {
    #[command(subcommand)]
    pub(crate) command: RawCommand,
}

#[derive(Subcommand)]
pub(crate) enum RawCommand {
    /// Say what is heard in each recording
    Classify(RawClassify),
    /// Show what a model says about itself
    Inspect(RawInspect),
}

#[derive(Args)]
#[command(after_help = "Exit codes: 0 all recordings were classified, 1 some could not be read \
    (each is named on stderr, the rest is done), 2 wrong usage.")]
pub(crate) struct RawClassify {
    /// Recordings (wav, aiff, flac, mp3, ogg vorbis, m4a), or folders of them
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,

    /// ONNX model that describes itself [default: the built-in urban-v1]
    #[arg(long, value_name = "PATH")]
    pub(crate) model: Option<PathBuf>,

    /// Seconds from one segment to the next [default: the model's]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub(crate) hop: Option<f64>,

    /// How many of the best labels to print
    ///
    /// Text: labels per stretch of time, by default 3 for a recording that is one stretch and 1
    /// for others. csv: columns label_2, score_2 and so on after the six of the best label.
    /// jsonl: entries in "scores", by default all of them.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) top: Option<i64>,

    /// What to print: stretches of time for people, or one row or object per segment
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// How predictions are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: stretches of time with what is heard in them
    Text,
    /// A header and one row per segment
    Csv,
    /// One JSON object per segment and line
    Jsonl,
}

#[derive(Args)]
pub(crate) struct RawInspect {
    /// ONNX model that describes itself [default: the built-in urban-v1]
    #[arg(value_name = "MODEL")]
    pub(crate) model: Option<PathBuf>,

    /// What to print
    #[arg(long, value_enum, default_value_t = InspectFormat::Text)]
    pub(crate) format: InspectFormat,
}

/// How a model's description is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InspectFormat {
    /// One setting per line
    Text,
    /// One JSON object
    Json,
}
