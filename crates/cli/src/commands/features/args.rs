//! The arguments of `features`, as typed and as parsed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sourcing_sound::{DescriptorConfig, Descriptors, ErrorKind};

use crate::outcome::UsageError;
use crate::output::check_plot;

/// The rate at which settings are checked if the user gives none.
const USUAL_RATE: u32 = 44_100;

#[derive(Args)]
#[command(after_help = "Every quantity equals librosa's of the same name with the same settings; \
    librosa's defaults apply where there is no option.\n\n\
    Exit codes: 0 all recordings were measured, 1 some could not be read (each is named on stderr, \
    the others are still processed), 2 wrong usage.")]
pub(crate) struct RawFeatures {
    /// Recordings of the formats that classify reads, or folders of them
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,

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
    what: Vec<Quantity>,

    /// What to print: statistics for people, or one row or object per frame or frequency
    #[arg(long, value_enum, default_value_t = FeatureFormat::Text)]
    format: FeatureFormat,

    /// Draw waveform, spectrum, filter bank and mel spectrogram of one recording to this file
    ///
    /// The recording has at most 33,554,432 samples at the rate of the measurement.
    #[arg(long, value_name = "SVG")]
    plot: Option<PathBuf>,

    /// Rate to resample to [default: each file's own]
    #[arg(long, value_name = "HZ")]
    sample_rate: Option<u32>,

    /// Samples per frame, an even number
    #[arg(long, value_name = "N", default_value_t = 2_048)]
    n_fft: usize,

    /// Samples from one frame to the next
    #[arg(long, value_name = "N", default_value_t = 512)]
    hop_length: usize,

    /// Mel bands
    #[arg(long, value_name = "N", default_value_t = 128)]
    n_mels: usize,

    /// Cepstral coefficients
    #[arg(long, value_name = "N", default_value_t = 20)]
    n_mfcc: usize,

    /// Range of MFCC and drawing below the loudest mel band, or none for no limit
    #[arg(
        long,
        value_name = "DB",
        default_value = "80",
        value_parser = top_db,
        allow_negative_numbers = true
    )]
    top_db: TopDb,
}

/// What can be measured in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Quantity {
    /// Spectral centroid in Hz
    Centroid,
    /// Spectral bandwidth in Hz
    Bandwidth,
    /// Spectral roll-off (85%) in Hz
    RollOff,
    /// Sign changes per sample, 0 to 1
    ZeroCrossingRate,
    /// Mel-frequency cepstral coefficients
    Mfcc,
    /// Mel spectrogram, in power
    Mel,
    /// Power spectrogram |STFT|²
    Power,
    /// Spectrum of the whole recording, of up to 33,554,432 samples, in dB; a sine of full scale is 0 dB
    Fft,
    /// Weights of the mel filters
    FilterBank,
}

/// How measurements are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FeatureFormat {
    /// For people: mean, standard deviation, least and greatest value
    Text,
    /// A header and one row per frame or frequency
    Csv,
    /// One JSON object per frame or frequency and line
    Jsonl,
}

/// A range in dB, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TopDb(Option<f32>);

fn top_db(text: &str) -> Result<TopDb, String> {
    if text == "none" {
        return Ok(TopDb(None));
    }
    text.parse()
        .map(|range| TopDb(Some(range)))
        .map_err(|_| "expected a number of dB, or none".to_owned())
}

/// Options of `features`.
pub(crate) struct FeatureOptions {
    /// Files and folders, as given; at least one.
    pub(super) inputs: Vec<PathBuf>,
    pub(super) selection: Selection,
    pub(super) format: FeatureFormat,
    /// The file for the drawing of the recording.
    pub(super) plot: Option<PathBuf>,
    pub(super) settings: Settings,
}

/// What to measure: quantities that share an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Selection {
    /// Per frame, in the order given; at least one.
    Frames(Vec<FrameQuantity>),
    /// The spectrum of the whole recording, per frequency.
    Fft,
    /// The mel filters, per frequency.
    FilterBank,
}

/// A quantity with one or several values per frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameQuantity {
    Centroid,
    Bandwidth,
    RollOff,
    ZeroCrossingRate,
    Mfcc,
    Mel,
    Power,
}

/// How to measure; the settings were checked together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Hz to resample to; a recording's own rate if `None`.
    pub(super) sample_rate: Option<u32>,
    n_fft: usize,
    hop_length: usize,
    n_mels: usize,
    n_mfcc: usize,
    top_db: Option<f32>,
}

impl Settings {
    /// Returns the core's settings for a recording at `own_rate` Hz.
    pub(super) fn config(&self, own_rate: u32) -> DescriptorConfig {
        DescriptorConfig {
            n_fft: self.n_fft,
            win_length: self.n_fft,
            hop_length: self.hop_length,
            n_mels: self.n_mels,
            n_mfcc: self.n_mfcc,
            top_db: self.top_db,
            ..DescriptorConfig::librosa(self.sample_rate.unwrap_or(own_rate))
        }
    }

    fn check(&self) -> Result<(), UsageError> {
        let Err(error) = Descriptors::new(self.config(USUAL_RATE)) else { return Ok(()) };
        let message = error.to_string();
        Err(UsageError(match error.kind() {
            ErrorKind::Config { field, .. } => {
                message.replacen(field, &format!("--{}", field.replace('_', "-")), 1)
            }
            ErrorKind::AudioRate { .. } => format!("--sample-rate: {message}"),
            _ => message,
        }))
    }
}

impl TryFrom<RawFeatures> for FeatureOptions {
    type Error = UsageError;

    fn try_from(raw: RawFeatures) -> Result<Self, UsageError> {
        check_plot(raw.plot.as_deref())?;
        if raw.plot.is_some() && raw.files.len() > 1 {
            let message = "--plot draws one recording, but several are given";
            return Err(UsageError(message.to_owned()));
        }
        let settings = Settings {
            sample_rate: raw.sample_rate,
            n_fft: raw.n_fft,
            hop_length: raw.hop_length,
            n_mels: raw.n_mels,
            n_mfcc: raw.n_mfcc,
            top_db: raw.top_db.0,
        };
        settings.check()?;
        Ok(FeatureOptions {
            inputs: raw.files,
            selection: Selection::try_from(raw.what)?,
            format: raw.format,
            plot: raw.plot,
            settings,
        })
    }
}

impl TryFrom<Vec<Quantity>> for Selection {
    type Error = UsageError;

    fn try_from(what: Vec<Quantity>) -> Result<Self, UsageError> {
        let mut frames = Vec::new();
        for &quantity in &what {
            let quantity = match quantity {
                Quantity::Centroid => FrameQuantity::Centroid,
                Quantity::Bandwidth => FrameQuantity::Bandwidth,
                Quantity::RollOff => FrameQuantity::RollOff,
                Quantity::ZeroCrossingRate => FrameQuantity::ZeroCrossingRate,
                Quantity::Mfcc => FrameQuantity::Mfcc,
                Quantity::Mel => FrameQuantity::Mel,
                Quantity::Power => FrameQuantity::Power,
                Quantity::Fft => return alone(&what, Selection::Fft),
                Quantity::FilterBank => return alone(&what, Selection::FilterBank),
            };
            // A quantity that is given twice is printed once.
            if !frames.contains(&quantity) {
                frames.push(quantity);
            }
        }
        Ok(Selection::Frames(frames))
    }
}

/// Returns `selection`, unless other quantities are requested too.
fn alone(what: &[Quantity], selection: Selection) -> Result<Selection, UsageError> {
    if what.iter().all(|quantity| Some(quantity) == what.first()) {
        return Ok(selection);
    }
    let message = "--what: fft and filter-bank have a row per frequency, all others one per frame; \
        neither of the two can be combined with other quantities";
    Err(UsageError(message.to_owned()))
}
