//! `features`: recordings → spectral descriptors, cepstral coefficients and spectrograms, printed
//! as text, csv or JSON lines in the order of the inputs, and one of them drawn as SVG.

mod args;
mod meter;
mod plot;
mod report;
mod table;

use std::io;

use anyhow::Context;

use crate::files::expand;
use crate::outcome::Outcome;
use crate::parallel::{in_order, worker_count};

pub(crate) use args::{FeatureOptions, RawFeatures};
use meter::Meter;
use table::Measured;

/// Measures all inputs, prints the tables to stdout and draws the recording for which there is a
/// file to draw to.
///
/// # Errors
/// If there are several recordings to draw, or an output cannot be written. Inputs that fail are
/// named on stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(options: FeatureOptions) -> anyhow::Result<Outcome> {
    let inputs = expand(&options.inputs);
    if options.plot.is_some() && inputs.len() > 1 {
        anyhow::bail!("--plot draws one recording, but there are {}", inputs.len());
    }
    let meters = (0..worker_count(inputs.len())).map(|_| Meter::new(&options)).collect();
    let mut report = report::open(options.format, io::stdout().lock());
    in_order(inputs, meters, Meter::measure, |measured: Measured| {
        report.write(&measured)?;
        if let Some((picture, path)) = measured.picture.as_ref().zip(options.plot.as_ref()) {
            let svg = picture.to_svg().with_context(|| format!("plot {}", path.display()))?;
            std::fs::write(path, svg)
                .with_context(|| format!("plot {}: cannot write the file [io]", path.display()))?;
        }
        Ok(())
    })
}
