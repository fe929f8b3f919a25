//! Recordings → spectral descriptors, cepstral coefficients and spectrograms, printed and drawn.
//!
//! | module | what it does |
//! |---|---|
//! | [`options`] | what to measure and how |
//! | [`table`] | what was measured, as rows along time or frequency |
//! | [`measured`] | all that was measured of one recording |
//! | [`report`] | tables → text, csv or JSON lines |
//! | [`plot`] | a recording → one SVG |

mod measured;
mod options;
mod plot;
mod report;
mod table;

use std::io;
use std::path::PathBuf;

use anyhow::Context;
use sourcing_sound::resample::resample;
use sourcing_sound::{Descriptors, Pcm, SampleRate};
use sourcing_sound_decode::{Recording, decode};

use crate::failure::Failure;
use crate::files::expand;
use crate::outcome::Outcome;
use crate::parallel::{in_order, worker_count};

use measured::Measured;
pub(crate) use options::FeatureOptions;
use plot::Picture;
use table::Table;

/// Measures all inputs, prints the tables on the standard output and draws what is to be drawn.
///
/// # Errors
/// If several recordings were to be drawn, or an output cannot be written. Inputs that fail are
/// named on stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(options: &FeatureOptions) -> anyhow::Result<Outcome> {
    let inputs = expand(&options.inputs);
    if options.plot.is_some() && inputs.len() > 1 {
        anyhow::bail!("--plot draws one recording, but there are {}", inputs.len());
    }
    let meters = (0..worker_count(inputs.len())).map(|_| Meter::new(options)).collect();
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

/// Measures one recording after the other.
struct Meter<'a> {
    options: &'a FeatureOptions,
    /// Those of the last recording, for the next one with its rate.
    descriptors: Option<Descriptors>,
}

impl<'a> Meter<'a> {
    fn new(options: &'a FeatureOptions) -> Self {
        Meter { options, descriptors: None }
    }

    fn measure(&mut self, path: PathBuf) -> Result<Measured, Failure> {
        let recording = decode(&path).map_err(Failure::Decode)?;
        match self.describe(&recording) {
            Ok((sample_rate, table, picture)) => {
                let duration = recording.duration_seconds();
                let picture = picture.map(|picture| picture.titled(&path, duration));
                Ok(Measured { path, duration, sample_rate, table, picture })
            }
            Err(error) => Err(Failure::Analyse { path, error }),
        }
    }

    fn describe(
        &mut self,
        recording: &Recording,
    ) -> sourcing_sound::Result<(u32, Table, Option<Picture>)> {
        let options = self.options;
        let own_rate = SampleRate::new(recording.sample_rate)?;
        let rate = options.settings.sample_rate.map_or(Ok(own_rate), SampleRate::new)?;
        let samples = resample(Pcm::new(&recording.samples, own_rate)?, rate)?;
        let pcm = Pcm::new(&samples, rate)?;
        let descriptors = self.descriptors_at(rate)?;
        let table = Table::measure(&options.selection, descriptors, pcm)?;
        let picture = match options.plot {
            Some(_) => Some(Picture::of(descriptors, pcm)?),
            None => None,
        };
        Ok((rate.hz(), table, picture))
    }

    fn descriptors_at(&mut self, rate: SampleRate) -> sourcing_sound::Result<&mut Descriptors> {
        let config = self.options.settings.config(rate.hz());
        let descriptors = match self.descriptors.take() {
            Some(descriptors) if *descriptors.config() == config => descriptors,
            _ => Descriptors::new(config)?,
        };
        Ok(self.descriptors.insert(descriptors))
    }
}
