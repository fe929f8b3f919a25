//! Reads blocks of mono samples from a path, the bytes of a file, or an array.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use sourcing_sound::{Downmix, MAX_CHANNELS, SampleRate};
use sourcing_sound_decode::{Channel, Decoder, MAX_SAMPLES, Mono, Warning};

use crate::array::{Held, View};
use crate::error::{Failure, Result};
use crate::work::Signals;

/// Samples of an array that are returned at a time: 1.4 s at 48 kHz.
const BLOCK_FRAMES: usize = 65_536;

/// The name of bytes in errors.
const BYTES: &str = "<bytes>";

/// What Python passed.
pub(crate) enum Given<'py> {
    Path(PathBuf),
    Bytes(Bound<'py, PyBytes>),
    Array(Held<'py>, SampleRate),
}

/// The same, for work without the GIL.
#[derive(Clone)]
pub(crate) enum Input<'a> {
    Path(&'a Path),
    Bytes(&'a [u8]),
    Array(View<'a>, SampleRate),
}

impl<'py> Given<'py> {
    /// Interprets what Python passed: a str is a path, bytes are those of a file, and anything else
    /// is an array.
    ///
    /// # Errors
    /// `audio-rate` for an array without a rate or with one out of range; `config` for a rate
    /// although a file has its own; those of [`Held::new`].
    pub(crate) fn new(given: &Bound<'py, PyAny>, rate: Option<i64>) -> Result<Self> {
        if given.is_instance_of::<PyString>() {
            own_rate(rate)?;
            return Ok(Given::Path(given.extract()?));
        }
        if let Ok(bytes) = given.cast::<PyBytes>() {
            own_rate(rate)?;
            return Ok(Given::Bytes(bytes.clone()));
        }
        let held = Held::new(given)?;
        let Some(rate) = rate else {
            let message = "an array needs sample_rate, in Hz: there is no default";
            return Err(Failure::coded("audio-rate", message));
        };
        Ok(Given::Array(held, checked_rate(rate)?))
    }

    /// # Errors
    /// `audio-channels` for an array with the wrong shape for samples.
    pub(crate) fn input(&self) -> Result<Input<'_>> {
        Ok(match self {
            Given::Path(path) => Input::Path(path),
            Given::Bytes(bytes) => Input::Bytes(bytes.as_bytes()),
            Given::Array(held, rate) => Input::Array(held.view()?, *rate),
        })
    }
}

fn own_rate(rate: Option<i64>) -> Result<()> {
    match rate {
        None => Ok(()),
        Some(_) => Err(Failure::config("a recording has its own rate: leave sample_rate out")),
    }
}

/// # Errors
/// `audio-rate` for a rate that is out of range or negative.
pub(crate) fn checked_rate(hz: i64) -> Result<SampleRate> {
    let (min, max) = (SampleRate::MIN_HZ, SampleRate::MAX_HZ);
    let rate = u32::try_from(hz).ok().and_then(|hz| SampleRate::new(hz).ok());
    rate.ok_or_else(|| {
        Failure::coded("audio-rate", format!("sample rate is {hz} Hz, expected {min} to {max} Hz"))
    })
}

impl<'a> Input<'a> {
    fn decoder(&self) -> Result<Option<Decoder>> {
        Ok(match self {
            Input::Path(path) => Some(Decoder::open(path)?),
            Input::Bytes(bytes) => Some(Decoder::from_bytes(BYTES, bytes.to_vec())?),
            Input::Array(..) => None,
        })
    }

    /// # Errors
    /// If it cannot be decoded.
    pub(crate) fn channels(&self) -> Result<usize> {
        Ok(match (self, self.decoder()?) {
            (_, Some(decoder)) => decoder.channels(),
            (Input::Array(view, _), _) => view.channels(),
            (_, None) => 0,
        })
    }

    /// Opens its samples from `start` seconds on.
    ///
    /// # Errors
    /// If it cannot be decoded, lacks the channel, or is an empty array.
    pub(crate) fn open(&self, channel: Channel, start: f64) -> Result<Source<'a>> {
        if let Input::Array(view, rate) = self {
            let frame = (start * f64::from(rate.hz())).round() as usize;
            let source = ArraySource::new(view.clone(), *rate, channel, frame)?;
            return Ok(Source::Array(Box::new(source)));
        }
        let Some(mut decoder) = self.decoder()? else {
            return Err(Failure::coded("internal", "neither a file nor an array"));
        };
        check_channel(channel, decoder.channels())?;
        if start > 0.0 {
            decoder.skip_to(start)?;
        }
        let rate = checked_rate(i64::from(decoder.sample_rate()))?;
        Ok(Source::File(Box::new(decoder.mono(channel)?), rate))
    }

    /// Returns all samples of one channel, or of the mix, and the rate.
    ///
    /// # Errors
    /// As [`Self::open`]; `limit` above [`MAX_SAMPLES`]; `audio-empty` for none.
    pub(crate) fn whole(&self, channel: Channel) -> Result<(Cow<'a, [f32]>, SampleRate)> {
        self.whole_within(channel, u64::MAX)
    }

    /// Does the same, without reading beyond `seconds`. Samples that are already in memory in the
    /// right form are returned whatever their number, because they need not be read.
    ///
    /// # Errors
    /// As [`Self::whole`]; `limit` above `seconds`.
    pub(crate) fn whole_within(
        &self,
        channel: Channel,
        seconds: u64,
    ) -> Result<(Cow<'a, [f32]>, SampleRate)> {
        if let Input::Array(view, rate) = self {
            check_channel(channel, view.channels())?;
            if let Some(row) = lone_row(view, channel)
                && let Some(samples) = view.borrowed(row)
            {
                return Ok((Cow::Borrowed(samples), *rate));
            }
        }
        let mut source = self.open(channel, 0.0)?;
        let rate = source.rate();
        let most = MAX_SAMPLES.min(seconds.saturating_mul(rate.hz().into()));
        let mut signals = Signals::new();
        let mut samples = Vec::new();
        while let Some(block) = source.next_block()? {
            if (samples.len() + block.len()) as u64 > most {
                let seconds = most / u64::from(rate.hz());
                let message =
                    format!("expected at most {most} samples per channel, which are {seconds} s");
                return Err(Failure::coded("limit", message));
            }
            samples.extend_from_slice(block);
            signals.check()?;
        }
        Ok((Cow::Owned(samples), rate))
    }
}

/// # Errors
/// `audio-channels` for a channel that does not exist.
fn check_channel(channel: Channel, channels: usize) -> Result<()> {
    let message = match channel {
        Channel::Number(number) if number >= channels => {
            format!("there is no channel {}, only 1 to {channels}", number + 1)
        }
        Channel::Mix if channels > MAX_CHANNELS => {
            format!("{channels} channels, expected at most {MAX_CHANNELS}; choose one")
        }
        _ => return Ok(()),
    };
    Err(Failure::coded("audio-channels", message))
}

/// Returns the row of the array that needs no mixing.
fn lone_row(view: &View<'_>, channel: Channel) -> Option<usize> {
    match channel {
        Channel::Number(number) => Some(number),
        Channel::Mix => (view.channels() == 1).then_some(0),
    }
}

/// Blocks of mono samples.
pub(crate) enum Source<'a> {
    File(Box<Mono>, SampleRate),
    Array(Box<ArraySource<'a>>),
}

impl Source<'_> {
    /// Returns the samples per second.
    pub(crate) fn rate(&self) -> SampleRate {
        match self {
            Source::File(_, rate) => *rate,
            Source::Array(array) => array.rate,
        }
    }

    /// Returns the next samples; `None` at the end.
    ///
    /// # Errors
    /// `io` if the file cannot be read any further.
    pub(crate) fn next_block(&mut self) -> Result<Option<&[f32]>> {
        match self {
            Source::File(mono, _) => Ok(mono.next_block()?),
            Source::Array(array) => array.next_block(),
        }
    }

    /// Returns what was wrong with the recording; complete at the end.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        match self {
            Source::File(mono, _) => mono.warnings(),
            Source::Array(array) => array.warnings(),
        }
    }
}

/// The samples of an array.
pub(crate) struct ArraySource<'a> {
    view: View<'a>,
    rate: SampleRate,
    picked: Picked,
    next: usize,
    block: Vec<f32>,
}

enum Picked {
    Row(usize),
    /// All of them; the buffer for samples before mixing is reused.
    Mix(Downmix, Vec<f32>),
}

impl<'a> ArraySource<'a> {
    fn new(view: View<'a>, rate: SampleRate, channel: Channel, frame: usize) -> Result<Self> {
        if view.channels() == 0 || view.frames() == 0 {
            return Err(Failure::coded("audio-empty", "the array has no samples"));
        }
        check_channel(channel, view.channels())?;
        let picked = match lone_row(&view, channel) {
            Some(row) => Picked::Row(row),
            None => Picked::Mix(Downmix::new(view.channels())?, Vec::new()),
        };
        let next = frame.min(view.frames());
        Ok(ArraySource { view, rate, picked, next, block: Vec::new() })
    }

    fn next_block(&mut self) -> Result<Option<&[f32]>> {
        let frames = self.view.frames();
        self.block.clear();
        while self.block.is_empty() && self.next < frames {
            let span = (self.next, frames.min(self.next + BLOCK_FRAMES));
            self.next = span.1;
            match &mut self.picked {
                Picked::Row(row) => {
                    if let Some(samples) = self.view.borrowed(*row) {
                        return Ok(Some(&samples[span.0..span.1]));
                    }
                    self.view.read(*row, span, &mut self.block);
                }
                Picked::Mix(mix, interleaved) => {
                    interleaved.clear();
                    self.view.interleave(span, interleaved);
                    mix.push(interleaved, &mut self.block)?;
                    if span.1 == frames {
                        mix.finish(&mut self.block);
                    }
                }
            }
        }
        Ok((!self.block.is_empty()).then_some(&self.block))
    }

    fn warnings(&self) -> Vec<Warning> {
        let Picked::Mix(mix, _) = &self.picked else { return Vec::new() };
        let sample_rate = self.rate.hz();
        let taken = mix.taken().map(|taken| Warning::ChannelTaken { taken, sample_rate });
        taken.into_iter().collect()
    }
}
