//! Turns predictions into arrays.

use numpy::ndarray::ArrayView2;
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use sourcing_sound::{Classifier, Prediction, SoundEvent};
use sourcing_sound_decode::Warning;

use crate::error::Result;

/// `(label, onset, offset, score)`; times in seconds.
pub(crate) type EventRow = (String, f64, Option<f64>, f32);

pub(crate) fn event_row(event: SoundEvent) -> EventRow {
    (event.label, event.onset, event.offset, event.score)
}

/// Predictions one after another, as columns.
#[derive(Default)]
pub(crate) struct Columns {
    starts: Vec<f64>,
    ends: Vec<f64>,
    scores: Vec<f32>,
    rejected: Vec<bool>,
}

impl Columns {
    /// Adds a segment.
    pub(crate) fn push(&mut self, prediction: &Prediction) {
        self.starts.push(prediction.start());
        self.ends.push(prediction.end());
        self.scores.extend_from_slice(prediction.scores());
        self.rejected.push(prediction.rejected());
    }
}

/// The results for one channel of a recording.
pub(crate) struct Outcome {
    pub(crate) columns: Columns,
    pub(crate) events: Vec<EventRow>,
    pub(crate) warnings: Vec<Warning>,
    /// Where the classified part ends, in seconds from the start of the recording.
    pub(crate) end: f64,
    pub(crate) sample_rate: u32,
    /// Counted from 1, if channels are reported one by one.
    pub(crate) channel: Option<usize>,
}

/// The results for one channel of a recording, as arrays of one row per segment.
#[pyclass(frozen, get_all, module = "sourcing_sound._native")]
pub(crate) struct Scored {
    starts: Py<PyArray1<f64>>,
    ends: Py<PyArray1<f64>>,
    scores: Py<PyArray2<f32>>,
    rejected: Py<PyArray1<bool>>,
    events: Vec<EventRow>,
    warnings: Vec<(String, String)>,
    end: f64,
    sample_rate: u32,
    channel: Option<usize>,
}

impl Scored {
    pub(crate) fn new(py: Python<'_>, outcome: Outcome) -> Result<Self> {
        let Outcome { columns, events, warnings, end, sample_rate, channel } = outcome;
        let rows = columns.starts.len();
        Ok(Scored {
            starts: PyArray1::from_vec(py, columns.starts).unbind(),
            ends: PyArray1::from_vec(py, columns.ends).unbind(),
            scores: matrix(py, columns.scores, rows)?,
            rejected: PyArray1::from_vec(py, columns.rejected).unbind(),
            events,
            warnings: texts(&warnings),
            end,
            sample_rate,
            channel,
        })
    }
}

/// Returns the code and the text of each warning.
pub(crate) fn texts(warnings: &[Warning]) -> Vec<(String, String)> {
    warnings.iter().map(|one| (one.code().to_owned(), one.to_string())).collect()
}

/// Returns the order of the labels and the scores of the groups for each segment of `scores`:
/// `[labels]` and `[groups]`. Separate, because many programs need neither, and they take longer
/// than everything else except the network.
pub(crate) fn ranks(
    classifier: &Classifier,
    scores: ArrayView2<'_, f32>,
) -> Result<(Vec<u16>, Vec<f32>)> {
    let (mut order, mut groups) = (Vec::new(), Vec::new());
    for scores in scores.rows() {
        let prediction = classifier.prediction((0.0, 0.0), scores.to_vec(), false)?;
        // A classifier with more labels is refused.
        order.extend(prediction.order().into_iter().map(|index| index as u16));
        groups.extend(prediction.group_scores());
    }
    Ok((order, groups))
}

/// Returns the matrix `[rows][values.len() / rows]`; no columns without rows.
pub(crate) fn matrix<T: numpy::Element>(
    py: Python<'_>,
    values: Vec<T>,
    rows: usize,
) -> Result<Py<PyArray2<T>>> {
    let columns = values.len().checked_div(rows).unwrap_or(0);
    Ok(PyArray1::from_vec(py, values).reshape([rows, columns])?.unbind())
}
