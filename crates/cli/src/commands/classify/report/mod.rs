//! Prints predictions as text for people, rows for programs, or labels for audio editors.

mod audacity;
mod columnar;
mod csv;
mod entry;
mod events;
mod filtered;
mod joined;
mod jsonl;
mod raven;
mod rows;
mod spans;
mod text;

use std::io::Write;
use std::num::NonZeroUsize;

use sourcing_sound::Classifier;
use sourcing_sound_results::Shown;

use super::filter::Filter;
use super::format::Format;
use columnar::Columnar;
use entry::Extra;
use filtered::Filtered;
use rows::Rows;

pub(super) use entry::{Report, Subject, milliseconds};

/// Settings of a report.
pub(super) struct Settings {
    pub(super) format: Format,
    /// The number of labels that the user requested, or `None` for the format's default.
    pub(super) top: Option<NonZeroUsize>,
    /// Whether channels are reported one by one.
    pub(super) has_channels: bool,
    /// The channel that is classified, counted from 1; `None` for the mix, or for each.
    pub(super) channel: Option<usize>,
    /// Whether there are columns for times of day.
    pub(super) has_times: bool,
    pub(super) filter: Filter,
}

/// Starts a report on `output`; a header is written immediately.
///
/// # Errors
/// If that fails, or the classifier's thresholds contradict each other.
pub(super) fn open(
    settings: Settings,
    classifier: &Classifier,
    output: impl Write + Send + 'static,
) -> anyhow::Result<Box<dyn Report>> {
    let Settings { format, top, has_channels, channel, has_times, filter } = settings;
    let extra = Extra { has_channels, has_times };
    let metadata = classifier.metadata();
    let labels = &metadata.labels;
    let top = top.map(|top| top.get().min(labels.len()));
    let report: Box<dyn Report> = match format {
        // A filter selects rows, and text has none.
        Format::Text => return Ok(Box::new(text::Text::new(output, labels, top))),
        Format::Csv => {
            let has_groups = metadata.taxonomy.is_some();
            Box::new(csv::Csv::new(output, top.unwrap_or(1), has_groups, extra)?)
        }
        Format::Jsonl => Box::new(jsonl::JsonLines::new(output, Shown::new(top, classifier))),
        Format::Events => {
            let events = classifier.events().map_err(crate::outcome::coded)?;
            return Ok(Box::new(events::EventRows::new(output, events, filter, extra)?));
        }
        Format::Raven => {
            return Ok(Box::new(raven::report(output, channel.unwrap_or(1), filter)?));
        }
        Format::Parquet => {
            let rows = Rows::segments(classifier, Shown::new(top, classifier));
            Box::new(Columnar::new(output, rows, channel)?)
        }
        Format::ParquetEvents => {
            let rows = Rows::events(classifier, filter).map_err(crate::outcome::coded)?;
            return Ok(Box::new(Columnar::new(output, rows, channel)?));
        }
        Format::Audacity => return Ok(Box::new(audacity::report(output, filter))),
    };
    Ok(if filter.is_everything() { report } else { Box::new(Filtered { filter, report }) })
}
