//! Measures a recording frame by frame, in constant memory.

use sourcing_sound::{DescriptorFrames, DescriptorStream, Descriptors};

use crate::outcome::Failure;

use super::args::FrameQuantity;
use super::samples::{Ended, Samples};
use super::table::{Axis, Column, Table};

/// Numbers that are passed on at a time, if there are as many: enough to make the overhead
/// negligible.
const NUMBERS_AT_ONCE: usize = 1 << 14;

/// The frames of one recording and what to measure in them.
pub(super) struct Frames<'a> {
    pub(super) quantities: &'a [FrameQuantity],
    pub(super) descriptors: &'a Descriptors,
    pub(super) samples: &'a Samples,
}

impl Frames<'_> {
    /// Passes on a row per frame, until `take` returns false. Cepstral coefficients need an extra
    /// pass first, because their range depends on the loudest frame.
    pub(super) fn measure(&self, mut take: impl FnMut(Table) -> bool) -> Result<Ended, Failure> {
        let has = |quantity| self.quantities.contains(&quantity);
        let mut stream = DescriptorStream::new(self.descriptors, self.samples.rate());
        if has(FrameQuantity::Power) {
            stream = stream.with_power();
        }
        let greatest_mel = match has(FrameQuantity::Mfcc) {
            true => Some(self.greatest_mel()?),
            false => None,
        };
        let mut first = 0;
        self.run(stream, |frames| {
            if let Some(greatest_mel) = greatest_mel {
                self.descriptors.cepstrum(frames, greatest_mel);
            }
            let columns = self.quantities.iter().map(|&quantity| self.column(quantity, frames));
            let (step, columns) = (frames.seconds_per_frame(), columns.collect());
            let table = Table { axis: Axis::Time, step, first, columns };
            first += frames.frames();
            take(table)
        })
    }

    /// Returns the mel power of the loudest band and frame, if it has an effect.
    fn greatest_mel(&self) -> Result<f32, Failure> {
        let mut greatest = 0.0_f32;
        if self.descriptors.config().top_db.is_some() {
            let stream = DescriptorStream::new(self.descriptors, self.samples.rate());
            self.run(stream, |frames| {
                greatest = greatest.max(frames.greatest_mel());
                true
            })?;
        }
        Ok(greatest)
    }

    /// Describes the recording; passes the frames so far to `take`, several at a time.
    fn run(
        &self,
        mut stream: DescriptorStream,
        mut take: impl FnMut(&mut DescriptorFrames) -> bool,
    ) -> Result<Ended, Failure> {
        let numbers: usize = self.quantities.iter().map(|&quantity| self.numbers(quantity)).sum();
        let at_once = NUMBERS_AT_ONCE.div_ceil(numbers.max(1));
        let mut frames = self.descriptors.no_frames();
        let mut is_wanted = true;
        let ended = self.samples.each(|block| {
            stream.push(block, &mut frames);
            if frames.frames() >= at_once {
                is_wanted = take(&mut frames);
                frames.clear();
            }
            is_wanted
        })?;
        if is_wanted {
            stream.finish(&mut frames).map_err(|error| self.samples.failure(error))?;
            if frames.frames() > 0 {
                take(&mut frames);
            }
        }
        Ok(ended)
    }

    /// Returns the numbers per frame.
    fn numbers(&self, quantity: FrameQuantity) -> usize {
        let config = self.descriptors.config();
        match quantity {
            FrameQuantity::Mfcc => config.n_mfcc,
            FrameQuantity::Mel => config.n_mels,
            FrameQuantity::Power => self.descriptors.filters().bins(),
            _ => 1,
        }
    }

    fn column(&self, quantity: FrameQuantity, frames: &DescriptorFrames) -> Column {
        let (name, unit, values) = match quantity {
            FrameQuantity::Centroid => ("centroid", "Hz", frames.centroid()),
            FrameQuantity::Bandwidth => ("bandwidth", "Hz", frames.bandwidth()),
            FrameQuantity::RollOff => ("roll_off", "Hz", frames.roll_off()),
            FrameQuantity::ZeroCrossingRate => {
                ("zero_crossing_rate", "", frames.zero_crossing_rate())
            }
            FrameQuantity::Mfcc => ("mfcc", "", frames.mfcc()),
            FrameQuantity::Mel => ("mel", "", frames.mel()),
            FrameQuantity::Power => ("power", "", frames.power()),
        };
        let is_vector =
            matches!(quantity, FrameQuantity::Mfcc | FrameQuantity::Mel | FrameQuantity::Power);
        let width = is_vector.then(|| self.numbers(quantity));
        Column { name, unit, width, values: values.to_vec() }
    }
}
