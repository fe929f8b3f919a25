//! The built-in models, listed.

use std::io::{self, Write};

use anyhow::Context;
use serde::Serialize;
use sourcing_sound::{Head, Model};

use crate::Outcome;
use crate::args::CardFormat;
use crate::model::built_in::{self, BuiltIn, MODELS};
use crate::model::coded;

/// What a listing says about a model.
#[derive(Serialize)]
struct Card {
    /// What `--model` calls it.
    name: &'static str,
    /// Whether it listens where no model is chosen.
    default: bool,
    /// Name of the model below, for a head.
    base: Option<&'static str>,
    description: String,
    label_count: usize,
    /// Plain groups that the labels are folded into; 0 for none.
    group_count: usize,
    /// Size in bytes: of the head alone, for a head.
    bytes: usize,
    accuracy: String,
    licence: String,
}

impl Card {
    fn of(model: &BuiltIn) -> sourcing_sound::Result<Self> {
        let card = Card {
            name: model.name,
            default: model.name == built_in::default().name,
            base: model.head.map(|_| model.base()),
            description: String::new(),
            label_count: 0,
            group_count: 0,
            bytes: model.size(),
            accuracy: String::new(),
            licence: String::new(),
        };
        // A head's own file says everything that is listed, so the network need not be prepared.
        if let Some(head) = model.head {
            let head = Head::from_json(head)?;
            let metadata = head.metadata();
            return Ok(Card {
                description: metadata.description.clone(),
                label_count: metadata.labels.len(),
                accuracy: metadata.accuracy.clone(),
                licence: metadata.licence.clone(),
                ..card
            });
        }
        let network = Model::from_onnx(model.onnx)?;
        let metadata = network.metadata();
        Ok(Card {
            description: metadata.description.clone(),
            label_count: metadata.labels.len(),
            group_count: metadata.taxonomy.as_ref().map_or(0, |all| all.groups().len()),
            accuracy: metadata.accuracy.clone(),
            licence: metadata.licence.clone(),
            ..card
        })
    }

    fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let default = if self.default { " (the default)" } else { "" };
        writeln!(output, "{}{default}", self.name)?;
        writeln!(output, "  {}", self.description)?;
        let labels = match self.group_count {
            0 => self.label_count.to_string(),
            groups => format!("{} in {groups} groups", self.label_count),
        };
        writeln!(output, "  labels    {labels}")?;
        let below = self.base.map_or_else(String::new, |base| format!(", on {base}"));
        writeln!(output, "  size      {:.1} MB{below}", self.bytes as f64 / 1e6)?;
        writeln!(output, "  accuracy  {}", self.accuracy)?;
        writeln!(output, "  licence   {}", self.licence)
    }
}

/// Lists the built-in models on the standard output.
///
/// # Errors
/// If the output cannot be written, or a model is broken, which a test rules out.
pub(crate) fn run(format: CardFormat) -> anyhow::Result<Outcome> {
    let mut cards = Vec::new();
    for model in MODELS {
        let card = Card::of(model).map_err(coded);
        cards.push(card.with_context(|| format!("the built-in model {}", model.name))?);
    }
    let mut output = io::stdout().lock();
    match format {
        CardFormat::Json => {
            serde_json::to_writer_pretty(&mut output, &cards).map_err(io::Error::from)?;
            writeln!(output)?;
        }
        CardFormat::Text => {
            for (index, card) in cards.iter().enumerate() {
                if index > 0 {
                    writeln!(output)?;
                }
                card.write(&mut output)?;
            }
        }
    }
    output.flush()?;
    Ok(Outcome::Complete)
}
