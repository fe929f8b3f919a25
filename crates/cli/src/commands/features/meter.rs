//! Measures a recording: rows as they become known, and the picture to draw.

use std::path::PathBuf;

use sourcing_sound::resample::resample;
use sourcing_sound::{Descriptors, Pcm, SampleRate, WholeSpectrum, magnitude_db};

use crate::outcome::Failure;
use crate::parallel::Results;

use super::args::{FeatureOptions, Selection};
use super::frames::Frames;
use super::plot::Picture;
use super::samples::Samples;
use super::table::{Axis, Column, End, Part, Subject, Table};

/// Measures recordings one after another.
pub(super) struct Meter<'a> {
    options: &'a FeatureOptions,
    /// The descriptors of the last recording, for the next one at the same rate.
    descriptors: Option<Descriptors>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(options: &'a FeatureOptions) -> Self {
        Meter { options, descriptors: None }
    }

    /// Measures a recording and passes on its parts.
    pub(super) fn measure(
        &mut self,
        path: PathBuf,
        results: &Results<Part>,
    ) -> Result<(), Failure> {
        let options = self.options;
        let needs_all = options.plot.is_some() || matches!(options.selection, Selection::Fft);
        let samples = Samples::open(path, needs_all)?;
        let (rate, descriptors) =
            self.descriptors_for(samples.rate()).map_err(|error| samples.failure(error))?;
        let recording = Measurement { options, descriptors, rate, samples };
        // If printing has failed, the next input is not taken.
        recording.run(|part| results.send(part).is_ok())
    }

    /// Returns the rate at which a recording is measured, and the descriptors for it.
    fn descriptors_for(
        &mut self,
        own_rate: SampleRate,
    ) -> sourcing_sound::Result<(SampleRate, &Descriptors)> {
        let settings = &self.options.settings;
        let rate = settings.sample_rate.map_or(Ok(own_rate), SampleRate::new)?;
        let config = settings.config(rate.hz());
        let descriptors = match self.descriptors.take() {
            Some(descriptors) if *descriptors.config() == config => descriptors,
            _ => Descriptors::new(config)?,
        };
        Ok((rate, self.descriptors.insert(descriptors)))
    }
}

/// One recording and what to measure in it.
struct Measurement<'a> {
    options: &'a FeatureOptions,
    descriptors: &'a Descriptors,
    /// The rate of the descriptors.
    rate: SampleRate,
    samples: Samples,
}

impl Measurement<'_> {
    /// Passes everything to `send`, which returns false once no more is needed.
    fn run(&self, mut send: impl FnMut(Part) -> bool) -> Result<(), Failure> {
        let path = self.samples.path().to_owned();
        send(Part::Begin(Subject { path, sample_rate: self.rate.hz() }));
        let ended = match &self.options.selection {
            Selection::Frames(quantities) => {
                let frames =
                    Frames { quantities, descriptors: self.descriptors, samples: &self.samples };
                frames.measure(|table| send(Part::Rows(table)))?
            }
            Selection::Fft => {
                let spectrum = self.of_whole(magnitude_db)?;
                send(Part::Rows(spectrum_table(spectrum)));
                self.samples.each(|_| true)?
            }
            Selection::FilterBank => {
                send(Part::Rows(filter_table(self.descriptors)));
                self.samples.each(|_| true)?
            }
        };
        let duration = ended.samples as f64 / f64::from(self.samples.rate().hz());
        let draw = |_| self.of_whole(|pcm| Picture::of(self.descriptors, pcm));
        let drawn = self.options.plot.as_ref().map(draw).transpose();
        // Measurements are printed even if they cannot be drawn.
        let (picture, result) = match drawn {
            Ok(picture) => (picture, Ok(())),
            Err(failure) => (None, Err(failure)),
        };
        let picture = picture.map(|picture| picture.titled(self.samples.path(), duration));
        send(Part::End(End { duration, warnings: ended.warnings, picture }));
        result
    }

    /// Returns what `measure` returns for all samples, at the rate of the measurement.
    fn of_whole<T>(
        &self,
        measure: impl FnOnce(Pcm<'_>) -> sourcing_sound::Result<T>,
    ) -> Result<T, Failure> {
        let measured = || {
            let pcm = Pcm::new(self.samples.whole().unwrap_or_default(), self.samples.rate())?;
            measure(Pcm::new(&resample(pcm, self.rate), self.rate)?)
        };
        measured().map_err(|error| self.samples.failure(error))
    }
}

fn spectrum_table(spectrum: WholeSpectrum) -> Table {
    Table {
        axis: Axis::Frequency,
        step: spectrum.hz_per_bin,
        first: 0,
        columns: vec![Column {
            name: "magnitude_db",
            unit: "dB",
            width: None,
            values: spectrum.magnitude_db,
        }],
    }
}

/// Returns the transpose of librosa's matrix: a row per frequency, a number per filter.
fn filter_table(descriptors: &Descriptors) -> Table {
    let (config, filters) = (descriptors.config(), descriptors.filters());
    let (dense, n_mels) = (filters.to_dense(), filters.n_mels());
    let weights = |bin: usize| dense.iter().skip(bin).step_by(filters.bins()).copied();
    Table {
        axis: Axis::Frequency,
        step: f64::from(config.sample_rate) / config.n_fft as f64,
        first: 0,
        columns: vec![Column {
            name: "filter",
            unit: "",
            width: Some(n_mels),
            values: (0..filters.bins()).flat_map(weights).collect(),
        }],
    }
}
