//! `teach`: makes a head that adds labels for a few sounds to the model, from recordings of them,
//! and reports how well it does, as text or JSON and as a drawing.
//!
//! | module | what it does |
//! |---|---|
//! | [`args`] | the arguments |
//! | [`base`] | the model, and the examples of earlier runs |
//! | [`recording`] | a file → samples |
//! | [`gather`] | recordings → examples |
//! | [`curve`] | scores → precision over recall |
//! | [`report`], [`plot`] | what is printed and drawn |
//! | [`sounds`] | the sound of earlier examples |
//! | [`save`] | writes a file completely or not at all |

mod args;
mod base;
mod curve;
mod gather;
mod plot;
mod recording;
mod report;
mod save;
mod sounds;

use std::io;

use anyhow::Context;
use sourcing_sound::train;

use crate::outcome::{Outcome, coded};
use crate::output::STDOUT;

pub(crate) use args::{RawTeach, TeachOptions};
use base::Base;

/// Trains a head, writes it, and prints the report to stdout.
///
/// # Errors
/// If the model cannot be extended, a label has no usable recording, or an output cannot be
/// written. Recordings that fail are named on stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(options: TeachOptions) -> anyhow::Result<Outcome> {
    check_outputs(&options)?;
    let base = Base::load(&options.model)?;
    let (mut examples, sounds) = base.examples_of(&options.add)?;
    let outcome = gather::gather(&options, &base.model, &mut examples)?;
    let taught = train(&base.model, &base.background, &options.name, &examples).map_err(coded)?;
    let file = sounds.put_into(taught.to_json(), taught.examples())?;
    save::write(&options.output, &file, options.force)?;
    // The report is worth printing even without the drawing.
    let drawn = match &options.plot {
        Some(path) => save::write(path, &plot::draw(&taught.report, &options.name), options.force),
        None => Ok(()),
    };
    let (output, model) = (&options.output, options.model.model.as_deref());
    let printed = report::print(io::stdout().lock(), options.format, &taught, output, model);
    printed.context(STDOUT)?;
    drawn.map(|()| outcome)
}

fn check_outputs(options: &TeachOptions) -> anyhow::Result<()> {
    let output = &options.output;
    save::check(output, options.force).with_context(|| format!("output {}", output.display()))?;
    match &options.plot {
        Some(plot) => {
            save::check(plot, options.force).with_context(|| format!("plot {}", plot.display()))
        }
        None => Ok(()),
    }
}
