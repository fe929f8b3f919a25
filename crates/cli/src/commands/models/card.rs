//! The entry of a built-in model in the listing.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::built_in::{self, BuiltIn};
use crate::outcome::coded;

/// The listing's entry for a model.
#[derive(Serialize)]
pub(super) struct Card {
    /// Its name for `--model`.
    name: &'static str,
    /// Whether it is used if no model is chosen.
    default: bool,
    /// Name of the model on which its head is based, if it has one.
    base: Option<&'static str>,
    description: String,
    label_count: usize,
    /// How many of the labels are the head's.
    head_label_count: usize,
    /// How many groups the labels are in; 0 for none.
    group_count: usize,
    /// Size in bytes; of the head alone if it has one.
    bytes: usize,
    accuracy: String,
    licence: String,
}

impl Card {
    pub(super) fn of(model: &BuiltIn) -> anyhow::Result<Self> {
        let classifier = model.load()?.classifier().map_err(coded)?;
        let metadata = classifier.metadata();
        Ok(Card {
            name: model.name,
            default: model.name == built_in::default().name,
            base: model.head.as_ref().map(|head| head.base),
            description: metadata.description.clone(),
            label_count: metadata.labels.len(),
            head_label_count: classifier.head_labels(),
            group_count: metadata.taxonomy.as_ref().map_or(0, |all| all.groups().len()),
            bytes: model.size(),
            accuracy: metadata.card.accuracy.clone(),
            licence: metadata.card.licence.clone(),
        })
    }

    pub(super) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let default = if self.default { " (the default)" } else { "" };
        writeln!(output, "{}{default}", self.name)?;
        writeln!(output, "  {}", self.description)?;
        let mut labels = self.label_count.to_string();
        if self.group_count > 0 {
            labels += &format!(" in {} groups", self.group_count);
        }
        if self.head_label_count > 0 {
            labels += &format!(", {} of them its own", self.head_label_count);
        }
        writeln!(output, "  labels    {labels}")?;
        let base = self.base.map_or_else(String::new, |base| format!(", on {base}"));
        writeln!(output, "  size      {:.2} MB{base}", self.bytes as f64 / 1e6)?;
        writeln!(output, "  accuracy  {}", self.accuracy)?;
        writeln!(output, "  licence   {}", self.licence)
    }
}
