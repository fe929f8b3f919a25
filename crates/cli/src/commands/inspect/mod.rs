//! `inspect`: prints the description of a model, with or without a head, as text or JSON.

mod args;
mod fields;

use std::io::{self, Write};

use anyhow::Context;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::outcome::{Outcome, coded};
use crate::output::{CardFormat, STDOUT, write_json};
use crate::printable::printable;

use args::InspectOptions;
pub(crate) use args::RawInspect;
use fields::describe;

/// The longest list that the text format shows in full, and how many entries it shows of a longer
/// one.
const LONG_LIST: usize = 30;
const LIST_START: usize = 10;

/// Prints the metadata of the model, or of the head on it.
///
/// # Errors
/// If the model cannot be loaded or the output cannot be written.
pub(crate) fn run(options: InspectOptions) -> anyhow::Result<Outcome> {
    let loaded = options.model.load()?;
    let fields = describe(&loaded.classifier().map_err(coded)?, loaded.head());
    print(options.format, &fields).context(STDOUT)?;
    Ok(Outcome::Complete)
}

fn print(format: CardFormat, fields: &[(String, Value)]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match format {
        CardFormat::Json => write_json(&mut output, &InOrder(fields))?,
        CardFormat::Text => {
            let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, value) in fields {
                writeln!(output, "{name:width$}  {}", printable(&plain(value)))?;
            }
        }
    }
    output.flush()
}

/// Fields as a JSON object that keeps their order.
struct InOrder<'a>(&'a [(String, Value)]);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Formats lists with their names: `bark (Bark, Yip), siren (Siren)`.
fn lists(fields: &serde_json::Map<String, Value>) -> String {
    let lists = fields.iter().map(|(name, value)| format!("{name} ({})", plain(value)));
    let shown: Vec<String> = lists.take(shown_of(fields.len())).collect();
    shown.join(", ") + &rest(", ", fields.len())
}

/// Returns how many of `count` entries are shown.
fn shown_of(count: usize) -> usize {
    if count > LONG_LIST { LIST_START } else { count }
}

/// Returns what stands for the entries that are not shown.
fn rest(mark: &str, count: usize) -> String {
    if count == shown_of(count) {
        return String::new();
    }
    format!("{mark}… ({count} in all, see --format json)")
}

/// Formats a value for people: an object as its name or its lists, long ones cut off.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let names: Vec<String> = items.iter().take(shown_of(items.len())).map(plain).collect();
            // Names such as "Home, office" contain a comma and need another separator.
            let mark = if names.iter().any(|name| name.contains(',')) { "; " } else { ", " };
            names.join(mark) + &rest(mark, items.len())
        }
        Value::Object(fields) => fields.get("name").map_or_else(|| lists(fields), plain),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
