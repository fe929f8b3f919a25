//! Live audio, piece by piece.

use numpy::PyArray1;
use pyo3::prelude::*;
use sourcing_sound::{Downmix, ErrorKind, Pcm, SampleRate, Update};
use sourcing_sound_decode::Channel;

use crate::array::{Held, View};
use crate::error::{Failure, Result};
use crate::scored::{EventRow, event_row};
use crate::work::Exclusive;

/// `(time, start, end, scores, raw scores, rejected, order, group scores, events)`
type UpdateRow = (
    f64,
    f64,
    f64,
    Py<PyArray1<f32>>,
    Py<PyArray1<f32>>,
    bool,
    Py<PyArray1<u16>>,
    Py<PyArray1<f32>>,
    Vec<EventRow>,
);

/// A stream of live audio.
#[pyclass(frozen, module = "sourcing_sound._native")]
pub(crate) struct Stream {
    /// `None` once it has ended.
    open: Exclusive<Option<Open>>,
}

struct Open {
    stream: sourcing_sound::Stream,
    rate: SampleRate,
    channel: Channel,
    /// How many channels the pieces have; known after the first one.
    channels: Option<usize>,
    /// Mixes them, if there are several.
    mix: Option<Downmix>,
}

impl Stream {
    pub(crate) fn new(stream: sourcing_sound::Stream, rate: SampleRate, channel: Channel) -> Self {
        let open = Open { stream, rate, channel, channels: None, mix: None };
        Stream { open: Exclusive::new("stream", Some(open)) }
    }
}

#[pymethods]
impl Stream {
    fn push(&self, py: Python<'_>, samples: &Bound<'_, PyAny>) -> PyResult<Vec<UpdateRow>> {
        let open = self.open.take()?;
        let held = Held::new(samples)?;
        let view = held.view()?;
        let updates = open.detached(py, |open| open.as_mut().ok_or_else(ended)?.push(&view))?;
        Ok(updates.into_iter().map(|update| row(py, update)).collect())
    }

    fn flush(&self, py: Python<'_>) -> PyResult<Vec<UpdateRow>> {
        let open = self.open.take()?;
        let updates = open.detached(py, |open| open.take().ok_or_else(ended)?.finish())?;
        Ok(updates.into_iter().map(|update| row(py, update)).collect())
    }
}

fn ended() -> Failure {
    Failure::coded("closed", "the stream has ended; open a new one")
}

impl Open {
    fn push(&mut self, view: &View<'_>) -> Result<Vec<Update>> {
        let channels = view.channels();
        if let Some(expected) = self.channels
            && expected != channels
        {
            let message = format!("{channels} channels after pieces with {expected}");
            return Err(Failure::coded("audio-channels", message));
        }
        if view.frames() == 0 {
            return Ok(Vec::new());
        }
        let updates = match self.channel {
            Channel::Number(number) if number >= channels => {
                let number = number + 1;
                let message = format!("there is no channel {number}, only 1 to {channels}");
                return Err(Failure::coded("audio-channels", message));
            }
            Channel::Number(number) => self.push_one(view, number)?,
            Channel::Mix if channels == 1 => self.push_one(view, 0)?,
            Channel::Mix => self.push_mixed(view)?,
        };
        self.channels = Some(channels);
        Ok(updates)
    }

    fn push_one(&mut self, view: &View<'_>, channel: usize) -> Result<Vec<Update>> {
        if let Some(samples) = view.borrowed(channel) {
            return Ok(self.stream.push(samples)?);
        }
        let mut samples = Vec::with_capacity(view.frames());
        view.read(channel, (0, view.frames()), &mut samples);
        Ok(self.stream.push(&samples)?)
    }

    fn push_mixed(&mut self, view: &View<'_>) -> Result<Vec<Update>> {
        let channels = view.channels();
        let mut interleaved = Vec::with_capacity(channels * view.frames());
        view.interleave((0, view.frames()), &mut interleaved);
        // Checked before anything of the piece is kept, so that the whole piece is discarded.
        Pcm::new(&interleaved, self.rate).map_err(|error| match error.kind() {
            ErrorKind::AudioNonFinite { index } => {
                ErrorKind::AudioNonFinite { index: index / channels }.into()
            }
            _ => error,
        })?;
        let mix = match &mut self.mix {
            Some(mix) => mix,
            none => none.insert(Downmix::new(channels)?),
        };
        let mut mono = Vec::new();
        mix.push(&interleaved, &mut mono)?;
        Ok(self.stream.push(&mono)?)
    }

    fn finish(mut self) -> Result<Vec<Update>> {
        let mut mono = Vec::new();
        if let Some(mix) = &mut self.mix {
            mix.finish(&mut mono);
        }
        let mut updates = self.stream.push(&mono)?;
        updates.extend(self.stream.finish()?);
        Ok(updates)
    }
}

fn row(py: Python<'_>, update: Update) -> UpdateRow {
    let Update { time, prediction, raw_scores, events } = update;
    let order = prediction.order().into_iter().map(|index| index as u16).collect();
    (
        time,
        prediction.start(),
        prediction.end(),
        PyArray1::from_slice(py, prediction.scores()).unbind(),
        PyArray1::from_vec(py, raw_scores).unbind(),
        prediction.rejected(),
        PyArray1::from_vec(py, order).unbind(),
        PyArray1::from_vec(py, prediction.group_scores()).unbind(),
        events.into_iter().map(event_row).collect(),
    )
}
