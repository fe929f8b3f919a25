//! The arguments of `classify`, as typed and as parsed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use sourcing_sound::{MAX_CHANNELS, SampleRate};
use sourcing_sound_decode::{Channel, RawFormat, RawSamples};

use crate::clock::Offset;
use crate::model::ModelSource;
use crate::outcome::UsageError;
use crate::parallel::processors;

use super::clips::{ClipOptions, RawClips};
use super::filter::Filter;
use super::format::Format;
use super::output::Output;
use super::shard::Shard;

/// The longest accepted hop: a day, in seconds.
const MAX_HOP_SECONDS: f64 = 86_400.0;

/// The most threads.
const MAX_JOBS: usize = 1_024;

#[derive(Args)]
#[command(after_help = "Exit codes: 0 all recordings were classified, 1 some could not be read \
    (each is named on stderr, the others are still processed), 2 wrong usage, 130 interrupted \
    (rows that were printed are whole).")]
pub(crate) struct RawClassify {
    /// Recordings, or folders of them; - is standard input
    ///
    /// wav, RF64, BW64, W64, aiff, au, caf, flac, mp3, mp2, aac, ogg, opus, m4a, mp4, mov, mka, mkv
    /// and webm. In folders, hidden entries are left out.
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,

    /// Name of a built-in model, or an ONNX file with its description inside [default: everyday]
    ///
    /// `sourcing-sound models` lists the names. A file of the same name takes precedence.
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<PathBuf>,

    /// Head file to add to the model; it adds its own labels to the model's
    ///
    /// They replace the labels that they refine; all other labels of the model stay.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,

    /// Score only the head's labels, and reject everything else
    ///
    /// Segments then have the length that the head was made for (4 s for heads made by the trainer),
    /// and events are averaged over 1 s. The scores of heads made by the trainer are calibrated
    /// probabilities. The head comes from --head, or from a model that has one, such as urban.
    #[arg(long)]
    head_only: bool,

    /// Seconds from one segment to the next [default: the model's]
    ///
    /// Rounded to whole steps of the model, at least one: 0.5 s for everyday and urban, 23 ms for
    /// urban-tiny.
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

    /// Print only rows whose score is at least this, 0 to 1
    ///
    /// The score is that of the row's own label.
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    min_score: Option<f32>,

    /// Print only rows with one of these labels, separated by commas
    ///
    /// A row has its best label only: a dog that barks is Bark, not Dog. Commas within labels do not
    /// matter: the longest label that fits is taken.
    #[arg(long, value_name = "LABELS")]
    labels: Vec<String>,

    /// Where to begin: seconds, m:ss or h:mm:ss
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    start: Option<String>,

    /// Where to end: seconds, m:ss or h:mm:ss
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    end: Option<String>,

    /// Add times of day; the recorder's clock is this far ahead of UTC: +02:00, Z, or none
    ///
    /// csv, jsonl and parquet get start_time and end_time, events onset_time and offset_time, from
    /// the bext chunk of a wav, otherwise from the file's name (such as 20230214_063000.wav).
    /// Without a known time, they are empty. none prints times without an offset; parquet has times
    /// in UTC.
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    utc_offset: Option<String>,

    /// Which channel: mix, left, right, a number from 1, or each
    ///
    /// mix ignores silent channels, and uses the loudest channel where channels cancel out. each
    /// reports every channel separately.
    #[arg(long, value_name = "CHANNEL", default_value = "mix")]
    channel: String,

    /// Write all results into this file, or one per recording into this folder
    ///
    /// A name with the extension of the format (csv, events: .csv, jsonl: .jsonl, parquet:
    /// .parquet, others: .txt) is a file; any other name is a folder. Results in a folder are in
    /// the same subfolders as the inputs. A file gets its name when the run ends, even by Ctrl-C; a
    /// result in a folder gets its name when it is complete.
    #[arg(long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,

    /// Leave out recordings that already have a result; needs --output
    ///
    /// With --output DIR, these are the recordings that have a result. With --output FILE (csv,
    /// jsonl and events), they are the recordings with complete rows in the file, or in the
    /// .part-FILE of a run that was killed. Options that change rows must be those of the earlier
    /// run.
    #[arg(long, requires = "output")]
    resume: bool,

    /// Process only the recordings of shard I of N, to share the work between N processes
    ///
    /// A recording is in shard I if the SHA-256 of its path below the given folder (first 8 bytes,
    /// big-endian) modulo N is I - 1.
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,

    #[command(flatten)]
    clips: RawClips,

    /// How many threads to use [default: the number of processors]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    jobs: Option<i64>,

    /// Count a recording that breaks off or has damaged parts as failed
    #[arg(long)]
    strict: bool,

    /// Standard input is raw samples at this rate, in Hz
    #[arg(long, value_name = "HZ")]
    rate: Option<u32>,

    /// Channels of raw samples
    #[arg(long, value_name = "N", requires = "rate", default_value_t = 1)]
    channels: usize,

    /// How raw samples are stored, little-endian
    #[arg(long, value_enum, requires = "rate", default_value_t = RawSample::S16le)]
    sample_format: RawSample,
}

/// How raw samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RawSample {
    /// Integers of 16 bits
    S16le,
    /// Integers of 24 bits in 3 bytes
    S24le,
    /// Integers of 32 bits
    S32le,
    /// Floating point of 32 bits
    F32le,
}

/// The channels to classify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    One(Channel),
    /// All of them, one by one.
    Each,
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
    pub(super) filter: Filter,
    /// Seconds from the start of each recording.
    pub(super) start: f64,
    /// Up to the end of each recording if `None`.
    pub(super) end: Option<f64>,
    /// How far the recorders' clocks are ahead of UTC, if times of day are requested.
    pub(super) utc_offset: Option<Offset>,
    pub(super) channels: Channels,
    pub(super) output: Output,
    pub(super) resume: bool,
    /// The share of the recordings to classify; all of them if `None`.
    pub(super) shard: Option<Shard>,
    /// Whether and how to cut out sounds.
    pub(super) clips: Option<ClipOptions>,
    pub(super) jobs: usize,
    pub(super) strict: bool,
    /// The format of standard input, if it has no header.
    pub(super) raw: Option<RawFormat>,
}

impl TryFrom<RawClassify> for ClassifyOptions {
    type Error = UsageError;

    fn try_from(raw: RawClassify) -> Result<Self, UsageError> {
        let (start, end) = span(raw.start.as_deref(), raw.end.as_deref())?;
        let format = raw.format;
        let filter = filter(raw.min_score, &raw.labels)?;
        let clips = ClipOptions::parse(raw.clips)?;
        if format == Format::Text && !filter.is_everything() && clips.is_none() {
            let message = "--min-score and --labels choose rows and clips, and --format text has no \
                rows: use csv, jsonl, events, raven, audacity or parquet";
            return Err(UsageError(message.to_owned()));
        }
        let utc_offset = raw.utc_offset.as_deref().map(utc_offset).transpose()?;
        if utc_offset.is_some() && !format.has_times_of_day() {
            let message = "--utc-offset adds times of day to csv, jsonl, events and parquet only";
            return Err(UsageError(message.to_owned()));
        }
        if utc_offset == Some(Offset::Unknown) && format.is_binary() {
            let message = "--utc-offset is none, and parquet has times in UTC: give the offset of \
                the recorder's clock, such as +02:00";
            return Err(UsageError(message.to_owned()));
        }
        if raw.top.is_some() && !format.has_several_labels() {
            let message = "--top is for text, csv, jsonl and parquet: the rows of events, raven, audacity \
                and parquet-events have one label each";
            return Err(UsageError(message.to_owned()));
        }
        let output = Output::parse(raw.output, format.extension())?;
        if format.is_binary() {
            output.check_binary()?;
        }
        if raw.resume && matches!(output, Output::File(_)) && !format.can_be_continued() {
            let message = "--resume goes on with a file of csv, jsonl or events only: other formats do \
                not show which recordings were finished, or can be read only once they are whole. \
                Give --output DIR";
            return Err(UsageError(message.to_owned()));
        }
        let is_raw = raw.rate.is_some();
        if is_raw && raw.files.iter().any(|file| file.as_os_str() != "-") {
            return Err(UsageError("--rate is for raw samples from standard input (-)".to_owned()));
        }
        Ok(ClassifyOptions {
            filter,
            start,
            end,
            utc_offset,
            channels: channels(&raw.channel)?,
            output,
            resume: raw.resume,
            shard: raw.shard.as_deref().map(Shard::parse).transpose()?,
            clips,
            jobs: jobs(raw.jobs)?,
            strict: raw.strict,
            raw: raw.rate.map(|rate| samples(rate, raw.channels, raw.sample_format)).transpose()?,
            inputs: raw.files,
            model: ModelSource { model: raw.model, head: raw.head, head_only: raw.head_only },
            hop_seconds: raw.hop.map(checked_hop).transpose()?,
            top: raw.top.map(checked_top).transpose()?,
            format,
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

fn jobs(jobs: Option<i64>) -> Result<usize, UsageError> {
    let Some(jobs) = jobs else { return Ok(processors()) };
    match usize::try_from(jobs) {
        Ok(jobs @ 1..=MAX_JOBS) => Ok(jobs),
        _ => Err(UsageError(format!("--jobs is {jobs}, expected 1 to {MAX_JOBS}"))),
    }
}

fn filter(min_score: Option<f32>, labels: &[String]) -> Result<Filter, UsageError> {
    if let Some(score) = min_score
        && !(0.0..=1.0).contains(&score)
    {
        return Err(UsageError(format!("--min-score is {score}, expected 0 to 1")));
    }
    Ok(Filter { min_score, labels: labels.to_vec() })
}

fn channels(channel: &str) -> Result<Channels, UsageError> {
    let number = channel.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    Ok(match (channel, number) {
        ("mix", _) => Channels::One(Channel::Mix),
        ("left", _) => Channels::One(Channel::Number(0)),
        ("right", _) => Channels::One(Channel::Number(1)),
        ("each", _) => Channels::Each,
        (_, Some(number)) => Channels::One(Channel::Number(number)),
        _ => {
            return Err(UsageError(format!(
                "--channel is {channel:?}, expected mix, left, right, a number from 1, or each"
            )));
        }
    })
}

fn samples(sample_rate: u32, channels: usize, format: RawSample) -> Result<RawFormat, UsageError> {
    SampleRate::new(sample_rate).map_err(|error| UsageError(format!("--rate: {error}")))?;
    if !(1..=MAX_CHANNELS).contains(&channels) {
        let message = format!("--channels is {channels}, expected 1 to {MAX_CHANNELS}");
        return Err(UsageError(message));
    }
    let samples = match format {
        RawSample::S16le => RawSamples::S16Le,
        RawSample::S24le => RawSamples::S24Le,
        RawSample::S32le => RawSamples::S32Le,
        RawSample::F32le => RawSamples::F32Le,
    };
    Ok(RawFormat { sample_rate, channels, samples })
}

fn utc_offset(text: &str) -> Result<Offset, UsageError> {
    Offset::parse(text).ok_or_else(|| {
        UsageError(format!("--utc-offset is {text:?}, expected +HH:MM, -HH:MM, Z or none"))
    })
}

fn span(start: Option<&str>, end: Option<&str>) -> Result<(f64, Option<f64>), UsageError> {
    let start = start.map(|text| seconds("--start", text)).transpose()?.unwrap_or(0.0);
    let end = end.map(|text| seconds("--end", text)).transpose()?;
    match end {
        Some(end) if end <= start => {
            Err(UsageError(format!("--end is {end} s, expected more than the start, {start} s")))
        }
        _ => Ok((start, end)),
    }
}

/// Parses seconds from `90`, `1:30` or `0:01:30.5`.
fn seconds(option: &str, text: &str) -> Result<f64, UsageError> {
    let parts: Vec<&str> = text.split(':').collect();
    let numbers = parts.iter().map(|part| part.parse::<f64>().ok().filter(|&n| n >= 0.0));
    let numbers: Option<Vec<f64>> = numbers.collect();
    let total = numbers
        .filter(|numbers| numbers.len() <= 3)
        .map(|numbers| numbers.iter().fold(0.0, |total, number| total * 60.0 + number));
    total.filter(|total| total.is_finite()).ok_or_else(|| {
        UsageError(format!("{option} is {text:?}, expected seconds, m:ss or h:mm:ss"))
    })
}
