//! What the arguments of `features` mean, checked.

use std::path::PathBuf;

use sourcing_sound::{DescriptorConfig, Descriptors, ErrorKind};

use crate::args::{FeatureFormat, Quantity, RawFeatures, usage};

/// A rate at which settings are tried where the user names none: any recording may have it.
const USUAL_RATE: u32 = 44_100;

/// Options of `features`.
pub(crate) struct FeatureOptions {
    /// Files and folders, as given; at least one.
    pub(super) inputs: Vec<PathBuf>,
    pub(super) selection: Selection,
    pub(super) format: FeatureFormat,
    /// Where to draw the one recording.
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

/// What has a value, or several, per frame.
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

/// How to measure it. Each setting was accepted together with the others.
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
    /// The core's settings for a recording at `own_rate` Hz.
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

    fn check(&self) -> Result<(), clap::Error> {
        let Err(error) = Descriptors::new(self.config(USUAL_RATE)) else { return Ok(()) };
        let message = error.to_string();
        Err(usage(match error.kind() {
            ErrorKind::Config { field, .. } => {
                message.replacen(field, &format!("--{}", field.replace('_', "-")), 1)
            }
            ErrorKind::AudioRate { .. } => format!("--sample-rate: {message}"),
            _ => message,
        }))
    }
}

impl TryFrom<RawFeatures> for FeatureOptions {
    type Error = clap::Error;

    fn try_from(raw: RawFeatures) -> Result<Self, clap::Error> {
        if raw.plot.is_some() && raw.files.len() > 1 {
            let message = "--plot draws one recording, but several are named";
            return Err(usage(message.to_owned()));
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
    type Error = clap::Error;

    fn try_from(what: Vec<Quantity>) -> Result<Self, clap::Error> {
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
            // What is named twice is printed once.
            if !frames.contains(&quantity) {
                frames.push(quantity);
            }
        }
        Ok(Selection::Frames(frames))
    }
}

/// `selection`, if nothing else was asked for.
fn alone(what: &[Quantity], selection: Selection) -> Result<Selection, clap::Error> {
    if what.iter().all(|quantity| Some(quantity) == what.first()) {
        return Ok(selection);
    }
    let message = "--what: fft and filter-bank have a row per frequency, all others one per frame; \
        ask for each of the two alone";
    Err(usage(message.to_owned()))
}
