//! Live audio, piece by piece.

use numpy::PyArray1;
use pyo3::prelude::*;
use sourcing_sound::{Downmix, Update};
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
    channel: Channel,
    /// Mixes several channels; known from the first piece on.
    mix: Option<(usize, Downmix)>,
}

impl Stream {
    pub(crate) fn new(stream: sourcing_sound::Stream, channel: Channel) -> Self {
        let open = Open { stream, channel, mix: None };
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
        let number = match self.channel {
            Channel::Number(number) if number >= channels => {
                let number = number + 1;
                let message = format!("there is no channel {number}, only 1 to {channels}");
                return Err(Failure::coded("audio-channels", message));
            }
            Channel::Number(number) => number,
            Channel::Mix if channels == 1 && self.mix.is_none() => 0,
            Channel::Mix => return self.push_mixed(view),
        };
        if let Some(samples) = view.borrowed(number) {
            return Ok(self.stream.push(samples)?);
        }
        let mut samples = Vec::with_capacity(view.frames());
        view.read(number, (0, view.frames()), &mut samples);
        Ok(self.stream.push(&samples)?)
    }

    fn push_mixed(&mut self, view: &View<'_>) -> Result<Vec<Update>> {
        let channels = view.channels();
        let mut interleaved = Vec::with_capacity(channels * view.frames());
        view.interleave((0, view.frames()), &mut interleaved);
        // Checked before anything of the piece is kept, so that the whole piece is discarded.
        if let Some(index) = interleaved.iter().position(|sample| !sample.is_finite()) {
            let message = format!("sample {} is NaN or infinite", index / channels);
            return Err(Failure::coded("audio-non-finite", message));
        }
        if self.mix.is_none() {
            self.mix = Some((channels, Downmix::new(channels)?));
        }
        let Some((expected, mix)) = &mut self.mix else { return Ok(Vec::new()) };
        if *expected != channels {
            let message = format!("{channels} channels after pieces with {expected}");
            return Err(Failure::coded("audio-channels", message));
        }
        let mut mono = Vec::new();
        mix.push(&interleaved, &mut mono)?;
        Ok(self.stream.push(&mono)?)
    }

    fn finish(mut self) -> Result<Vec<Update>> {
        let mut mono = Vec::new();
        if let Some((_, mix)) = &mut self.mix {
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
