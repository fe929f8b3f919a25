//! `features`: measures recordings. It prints spectral descriptors, cepstral coefficients and
//! spectrograms as text, csv or JSON lines in the order of the inputs, and draws one recording as
//! SVG. A recording of any length is measured in constant memory, except for its drawing and its
//! spectrum.

mod args;
mod frames;
mod meter;
mod plot;
mod report;
mod samples;
mod table;

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::files::expand;
use crate::outcome::{Failure, Outcome, UsageError, warning};
use crate::output::{STDOUT, note};
use crate::parallel::{Results, in_order_each, worker_count};
use crate::progress;

pub(crate) use args::{FeatureOptions, RawFeatures};
use meter::Meter;
use plot::Picture;
use table::{End, Part};

/// Measures all inputs, prints the tables to stdout and draws the recording if a file for the
/// drawing is given.
///
/// # Errors
/// If there are several recordings to draw, or an output cannot be written. Inputs that fail are
/// named on stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(options: FeatureOptions) -> anyhow::Result<Outcome> {
    let inputs = expand(&options.inputs);
    if options.plot.is_some() && inputs.len() > 1 {
        let message = format!("--plot draws one recording, but there are {}", inputs.len());
        return Err(UsageError(message).into());
    }
    let meters = (0..worker_count(inputs.len())).map(|_| Meter::new(&options)).collect();
    let mut report = report::open(options.format, io::stdout().lock());
    let bar = progress::of_recordings(inputs.len());
    let work = |meter: &mut Meter, path, results: &Results<Part>| {
        meter.measure(path, results)?;
        bar.inc(1);
        Ok(())
    };
    let mut path = PathBuf::new();
    let print = |result: Result<Part, &Failure>| {
        match result {
            Ok(Part::Begin(subject)) => {
                path.clone_from(&subject.path);
                report.begin(subject);
            }
            Ok(Part::Rows(table)) => report.rows(&table).context(STDOUT)?,
            Ok(Part::End(End { duration, warnings, picture })) => {
                report.end(duration).context(STDOUT)?;
                for one in &warnings {
                    note(warning(&path, one));
                }
                if let Some((picture, plot)) = picture.zip(options.plot.as_ref()) {
                    write_picture(&picture, plot)?;
                }
            }
            // The error was reported on stderr.
            Err(_) => {}
        }
        Ok(())
    };
    let counts = in_order_each(inputs, meters, work, print, &bar)?;
    bar.finish_and_clear();
    Ok(counts.outcome())
}

fn write_picture(picture: &Picture, path: &Path) -> anyhow::Result<()> {
    let svg = picture.to_svg().with_context(|| format!("plot {}", path.display()))?;
    std::fs::write(path, svg)
        .with_context(|| format!("plot {}: cannot write the file [io]", path.display()))
}
