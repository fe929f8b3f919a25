//! What the arguments mean. Values of these types have been checked.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::args::{CardFormat, Format, RawArgs, RawClassify, RawCommand, RawInspect, usage};
use crate::features::FeatureOptions;
use crate::model::ModelSource;

/// The longest accepted hop: a day, in seconds.
const MAX_HOP_SECONDS: f64 = 86_400.0;

/// A command with its options.
pub(crate) enum Command {
    Classify(ClassifyOptions),
    Features(FeatureOptions),
    Models(CardFormat),
    Inspect(InspectOptions),
}

/// Options of `classify`.
pub(crate) struct ClassifyOptions {
    /// Files and folders, as given; at least one.
    pub(crate) inputs: Vec<PathBuf>,
    pub(crate) model: ModelSource,
    /// Seconds from one segment to the next; the model's own if `None`.
    pub(crate) hop_seconds: Option<f64>,
    /// How many labels to print; the format's own number if `None`.
    pub(crate) top: Option<NonZeroUsize>,
    pub(crate) format: Format,
}

/// Options of `inspect`.
pub(crate) struct InspectOptions {
    pub(crate) model: ModelSource,
    pub(crate) format: CardFormat,
}

impl TryFrom<RawArgs> for Command {
    type Error = clap::Error;

    fn try_from(raw: RawArgs) -> Result<Self, clap::Error> {
        match raw.command {
            RawCommand::Classify(raw) => ClassifyOptions::try_from(raw).map(Command::Classify),
            RawCommand::Features(raw) => FeatureOptions::try_from(raw).map(Command::Features),
            RawCommand::Models(raw) => Ok(Command::Models(raw.format)),
            RawCommand::Inspect(raw) => Ok(Command::Inspect(raw.into())),
        }
    }
}

impl From<RawInspect> for InspectOptions {
    fn from(raw: RawInspect) -> Self {
        let model = raw.model.or(raw.model_option);
        InspectOptions {
            model: ModelSource { model, head: raw.head, head_only: raw.head_only },
            format: raw.format,
        }
    }
}

impl TryFrom<RawClassify> for ClassifyOptions {
    type Error = clap::Error;

    fn try_from(raw: RawClassify) -> Result<Self, clap::Error> {
        Ok(ClassifyOptions {
            inputs: raw.files,
            model: ModelSource { model: raw.model, head: raw.head, head_only: raw.head_only },
            hop_seconds: raw.hop.map(checked_hop).transpose()?,
            top: raw.top.map(checked_top).transpose()?,
            format: raw.format,
        })
    }
}

fn checked_hop(seconds: f64) -> Result<f64, clap::Error> {
    if seconds > 0.0 && seconds <= MAX_HOP_SECONDS {
        Ok(seconds)
    } else {
        Err(usage(format!(
            "--hop is {seconds}, expected seconds above 0 and up to {MAX_HOP_SECONDS}"
        )))
    }
}

fn checked_top(labels: i64) -> Result<NonZeroUsize, clap::Error> {
    let checked = usize::try_from(labels).ok().and_then(NonZeroUsize::new);
    checked.ok_or_else(|| usage(format!("--top is {labels}, expected at least 1")))
}
