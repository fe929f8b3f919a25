//! What was typed, before it is known to make sense.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

/// Names the sounds in recordings.
#[derive(Parser)]
#[command(name = "sourcing-sound", version, arg_required_else_help = true)]
pub(crate) struct RawArgs {
    #[command(subcommand)]
    pub(crate) command: RawCommand,
}

/// A usage error that says `message`.
pub(crate) fn usage(message: String) -> clap::Error {
    RawArgs::command().error(ErrorKind::ValueValidation, message)
}

#[derive(Subcommand)]
pub(crate) enum RawCommand {
    /// Label the sounds in each recording
    Classify(RawClassify),
    /// Measure recordings: spectral descriptors, MFCC, mel and power spectrograms; draw them
    Features(RawFeatures),
    /// List the built-in models
    Models(RawModels),
    /// Show what a model says about itself
    Inspect(RawInspect),
}

#[derive(Args)]
#[command(after_help = "Exit codes: 0 all recordings were classified, 1 some could not be read \
    (each is named on stderr, the others are still processed), 2 wrong usage.")]
pub(crate) struct RawClassify {
    /// Recordings (wav, aiff, flac, mp3, ogg vorbis, m4a), or folders of them
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,

    /// Name of a built-in model, or an ONNX file that describes itself [default: everyday]
    ///
    /// `sourcing-sound models` lists the names. A file of the same name takes precedence.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Head file to put on the model: it adds labels of its own to those of the model
    ///
    /// They replace the model's labels that they refine; all other labels of the model stay.
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Option<PathBuf>,

    /// Answer with the head's labels alone, and reject everything else
    ///
    /// Scores are then the calibrated probabilities of the head's labels. The head is that of
    /// --head, or of a model that has one, such as urban.
    #[arg(long)]
    pub(crate) head_only: bool,

    /// Seconds from one segment to the next [default: the model's]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub(crate) hop: Option<f64>,

    /// How many of the best labels to print
    ///
    /// Text: labels per stretch of time, by default 3 for a recording that is one stretch and 1
    /// for others. csv: columns label_2, score_2, source_2 (and group_2, where the model has
    /// groups) and so on after those of the best label. jsonl: entries in "scores", best first; by
    /// default all of them, in the model's order, for a model with up to 20 labels, and 10 for one
    /// with more. All labels of a head come before these.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) top: Option<i64>,

    /// What to print: stretches of time for people, or one row or object per segment
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// How predictions are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: stretches of time with their labels; similar neighbours are joined until there
    /// are few enough to read, 15 in a minute and 120 in an hour
    Text,
    /// A header and one row per segment
    Csv,
    /// One JSON object per segment and line
    Jsonl,
}

#[derive(Args)]
#[command(after_help = "Every quantity equals librosa's of the same name with the same settings; \
    those without an option have librosa's defaults.\n\n\
    Exit codes: 0 all recordings were measured, 1 some could not be read (each is named on stderr, \
    the others are still processed), 2 wrong usage.")]
pub(crate) struct RawFeatures {
    /// Recordings (wav, aiff, flac, mp3, ogg vorbis, m4a), or folders of them
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,

    /// What to measure, separated by commas
    ///
    /// fft and filter-bank have a row per frequency, all others one per frame; neither of the two
    /// can be combined with other quantities.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "centroid,bandwidth,roll-off,zero-crossing-rate,mfcc"
    )]
    pub(crate) what: Vec<Quantity>,

    /// What to print: statistics for people, or one row or object per frame or frequency
    #[arg(long, value_enum, default_value_t = FeatureFormat::Text)]
    pub(crate) format: FeatureFormat,

    /// Draw waveform, spectrum, filter bank and mel spectrogram of one recording to this file
    #[arg(long, value_name = "SVG")]
    pub(crate) plot: Option<PathBuf>,

    /// Rate to resample to [default: each file's own]
    #[arg(long, value_name = "HZ")]
    pub(crate) sample_rate: Option<u32>,

    /// Samples per frame, an even number
    #[arg(long, value_name = "N", default_value_t = 2_048)]
    pub(crate) n_fft: usize,

    /// Samples from one frame to the next
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub(crate) hop_length: usize,

    /// Mel bands
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) n_mels: usize,

    /// Cepstral coefficients
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) n_mfcc: usize,

    /// How far below the loudest mel band MFCC and drawing reach, or none for no limit
    #[arg(
        long,
        value_name = "DB",
        default_value = "80",
        value_parser = top_db,
        allow_negative_numbers = true
    )]
    pub(crate) top_db: TopDb,
}

/// What can be measured of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Quantity {
    /// Spectral centroid in Hz
    Centroid,
    /// Spectral bandwidth in Hz
    Bandwidth,
    /// Spectral roll-off (85%) in Hz
    RollOff,
    /// Changes of sign per sample, 0 to 1
    ZeroCrossingRate,
    /// Mel-frequency cepstral coefficients
    Mfcc,
    /// Mel spectrogram, in power
    Mel,
    /// Power spectrogram |STFT|²
    Power,
    /// Spectrum of the whole recording in dB; a sine of full scale is 0 dB
    Fft,
    /// Weights of the mel filters
    FilterBank,
}

/// How measurements are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FeatureFormat {
    /// For people: mean, standard deviation, least and greatest value
    Text,
    /// A header and one row per frame or frequency
    Csv,
    /// One JSON object per frame or frequency and line
    Jsonl,
}

/// A range in dB, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TopDb(pub(crate) Option<f32>);

fn top_db(text: &str) -> Result<TopDb, String> {
    if text == "none" {
        return Ok(TopDb(None));
    }
    text.parse().map(|range| TopDb(Some(range))).map_err(|_| "a number of dB, or none".to_owned())
}

#[derive(Args)]
pub(crate) struct RawModels {
    /// What to print
    #[arg(long, value_enum, default_value_t = CardFormat::Text)]
    pub(crate) format: CardFormat,
}

#[derive(Args)]
pub(crate) struct RawInspect {
    /// Name of a built-in model, or an ONNX file that describes itself [default: everyday]
    #[arg(value_name = "NAME|FILE")]
    pub(crate) model: Option<PathBuf>,

    /// The same, as classify takes it
    #[arg(long = "model", value_name = "NAME|FILE", conflicts_with = "model")]
    pub(crate) model_option: Option<PathBuf>,

    /// Head file to put on the model
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Option<PathBuf>,

    /// Show the head alone, as classify --head-only runs it
    #[arg(long)]
    pub(crate) head_only: bool,

    /// What to print
    #[arg(long, value_enum, default_value_t = CardFormat::Text)]
    pub(crate) format: CardFormat,
}

/// How descriptions of models are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardFormat {
    /// For people
    Text,
    /// JSON
    Json,
}
