//! A recording → its measurements: a table, and the picture to draw.

use std::path::PathBuf;

use sourcing_sound::resample::resample;
use sourcing_sound::{Descriptors, MelFilterBank, Pcm, SampleRate, WholeSpectrum};
use sourcing_sound_decode::{Recording, decode};

use crate::outcome::Failure;

use super::args::{FeatureOptions, FrameQuantity, Selection};
use super::plot::Picture;
use super::table::{Axis, Column, Measured, Table};

/// Measures recordings one after another.
pub(super) struct Meter<'a> {
    options: &'a FeatureOptions,
    /// Those of the last recording, for the next one at the same rate.
    descriptors: Option<Descriptors>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(options: &'a FeatureOptions) -> Self {
        Meter { options, descriptors: None }
    }

    pub(super) fn measure(&mut self, path: PathBuf) -> Result<Measured, Failure> {
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
        let samples = resample(Pcm::new(&recording.samples, own_rate)?, rate);
        let pcm = Pcm::new(&samples, rate)?;
        let descriptors = self.descriptors_at(rate)?;
        let table = measure(&options.selection, descriptors, pcm)?;
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

/// Measures what is selected; the samples have the descriptors' rate.
///
/// # Errors
/// The core's, if it cannot measure this recording.
fn measure(
    selection: &Selection,
    descriptors: &mut Descriptors,
    pcm: Pcm<'_>,
) -> sourcing_sound::Result<Table> {
    match selection {
        Selection::Fft => Ok(spectrum_table(sourcing_sound::magnitude_db(pcm)?)),
        Selection::FilterBank => {
            let config = descriptors.config();
            let step = f64::from(config.sample_rate) / config.n_fft as f64;
            Ok(filter_table(descriptors.filters(), step))
        }
        Selection::Frames(quantities) => frame_table(quantities, descriptors, pcm),
    }
}

fn frame_table(
    quantities: &[FrameQuantity],
    descriptors: &mut Descriptors,
    pcm: Pcm<'_>,
) -> sourcing_sound::Result<Table> {
    let frames = descriptors.compute(pcm)?;
    let scalar = |name, unit, values: &[f32]| {
        Ok(Column { name, unit, width: None, values: values.to_vec() })
    };
    let vector = |name, width, values: &[f32]| {
        Ok(Column { name, unit: "", width: Some(width), values: values.to_vec() })
    };
    let mut column = |quantity: &FrameQuantity| match quantity {
        FrameQuantity::Centroid => scalar("centroid", "Hz", frames.centroid()),
        FrameQuantity::Bandwidth => scalar("bandwidth", "Hz", frames.bandwidth()),
        FrameQuantity::RollOff => scalar("roll_off", "Hz", frames.roll_off()),
        FrameQuantity::ZeroCrossingRate => {
            scalar("zero_crossing_rate", "", frames.zero_crossing_rate())
        }
        FrameQuantity::Mfcc => vector("mfcc", frames.n_mfcc(), frames.mfcc()),
        FrameQuantity::Mel => vector("mel", frames.n_mels(), frames.mel()),
        FrameQuantity::Power => {
            let values = descriptors.power_spectrogram(pcm)?;
            vector("power", descriptors.filters().bins(), &values)
        }
    };
    let columns = quantities.iter().map(&mut column).collect::<sourcing_sound::Result<_>>()?;
    Ok(Table { axis: Axis::Time, step: frames.seconds_per_frame(), columns })
}

fn spectrum_table(spectrum: WholeSpectrum) -> Table {
    Table {
        axis: Axis::Frequency,
        step: spectrum.hz_per_bin,
        columns: vec![Column {
            name: "magnitude_db",
            unit: "dB",
            width: None,
            values: spectrum.magnitude_db,
        }],
    }
}

/// The transpose of librosa's matrix: a row per frequency, a number per filter.
fn filter_table(filters: &MelFilterBank, hz_per_bin: f64) -> Table {
    let (dense, n_mels) = (filters.to_dense(), filters.n_mels());
    let weights = |bin: usize| dense.iter().skip(bin).step_by(filters.bins()).copied();
    Table {
        axis: Axis::Frequency,
        step: hz_per_bin,
        columns: vec![Column {
            name: "filter",
            unit: "",
            width: Some(n_mels),
            values: (0..filters.bins()).flat_map(weights).collect(),
        }],
    }
}
