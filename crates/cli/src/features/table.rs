//! What was measured of one recording, as rows along time or frequency.

use sourcing_sound::{Descriptors, MelFilterBank, Pcm, WholeSpectrum};

use super::options::{FrameQuantity, Selection};

/// Rows at equal steps along an axis.
pub(super) struct Table {
    pub(super) axis: Axis,
    /// From one row to the next, in the axis' unit. The first row is at 0.
    pub(super) step: f64,
    /// At least one; all have the same number of rows.
    pub(super) columns: Vec<Column>,
}

/// The axis of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Centres of frames, in seconds.
    Time,
    /// Bins of a spectrum, in Hz.
    Frequency,
}

/// One quantity: a number per row, or several.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// Numbers per row where it is a vector.
    pub(super) width: Option<usize>,
    /// `[rows][width]`, row after row.
    pub(super) values: Vec<f32>,
}

impl Axis {
    pub(super) fn name(self) -> &'static str {
        match self {
            Axis::Time => "time",
            Axis::Frequency => "frequency",
        }
    }

    pub(super) fn unit(self) -> &'static str {
        match self {
            Axis::Time => "s",
            Axis::Frequency => "Hz",
        }
    }
}

impl Column {
    /// The numbers of one row.
    pub(super) fn row(&self, row: usize) -> &[f32] {
        let width = self.width.unwrap_or(1);
        self.values.get(row * width..(row + 1) * width).unwrap_or_default()
    }

    /// A name per number: the quantity's own, or with an index from 0 on.
    pub(super) fn names(&self) -> Vec<String> {
        match self.width {
            None => vec![self.name.to_owned()],
            Some(width) => (0..width).map(|index| format!("{}_{index}", self.name)).collect(),
        }
    }

    fn rows(&self) -> usize {
        self.values.len() / self.width.unwrap_or(1)
    }
}

impl Table {
    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::rows)
    }

    /// Position of a row in the axis' unit, to a millionth.
    pub(super) fn position(&self, row: usize) -> f64 {
        (row as f64 * self.step * 1e6).round() / 1e6
    }

    /// Measures what is selected of a recording at the descriptors' rate.
    ///
    /// # Errors
    /// The core's, where it cannot measure this recording.
    pub(super) fn measure(
        selection: &Selection,
        descriptors: &mut Descriptors,
        pcm: Pcm<'_>,
    ) -> sourcing_sound::Result<Self> {
        match selection {
            Selection::Fft => Ok(Table::of_spectrum(sourcing_sound::magnitude_db(pcm)?)),
            Selection::FilterBank => {
                let config = descriptors.config();
                let step = f64::from(config.sample_rate) / config.n_fft as f64;
                Ok(Table::of_filters(descriptors.filters(), step))
            }
            Selection::Frames(quantities) => Table::of_frames(quantities, descriptors, pcm),
        }
    }

    fn of_frames(
        quantities: &[FrameQuantity],
        descriptors: &mut Descriptors,
        pcm: Pcm<'_>,
    ) -> sourcing_sound::Result<Self> {
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

    fn of_spectrum(spectrum: WholeSpectrum) -> Self {
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
    fn of_filters(filters: &MelFilterBank, hz_per_bin: f64) -> Self {
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
}
