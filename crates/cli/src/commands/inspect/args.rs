//! The arguments of `inspect`, as typed and as parsed.

use std::path::PathBuf;

use clap::Args;

use crate::model::ModelSource;
use crate::output::CardFormat;

#[derive(Args)]
pub(crate) struct RawInspect {
    /// Name of a built-in model, or an ONNX file with its description inside [default: everyday]
    #[arg(value_name = "NAME|FILE")]
    model: Option<PathBuf>,

    /// Another way to name the model, as in classify
    #[arg(long = "model", value_name = "NAME|FILE", conflicts_with = "model")]
    model_option: Option<PathBuf>,

    /// Head file to add to the model
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,

    /// Show the head alone, as classify --head-only runs it
    #[arg(long)]
    head_only: bool,

    /// What to print
    #[arg(long, value_enum, default_value_t = CardFormat::Text)]
    format: CardFormat,
}

/// Options of `inspect`.
pub(crate) struct InspectOptions {
    pub(super) model: ModelSource,
    pub(super) format: CardFormat,
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
