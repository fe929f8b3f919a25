//! Predictions and events → Arrow tables, with the columns of `docs/guide/results.md`.

use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use sourcing_sound::{Classifier, SoundEvent};
use sourcing_sound_results::arrow_array::ffi::FFI_ArrowSchema;
use sourcing_sound_results::arrow_array::ffi_stream::FFI_ArrowArrayStream;
use sourcing_sound_results::arrow_array::{RecordBatch, RecordBatchIterator};
use sourcing_sound_results::arrow_schema::ArrowError;
use sourcing_sound_results::{EventRows, Recording, SegmentRows, Shown};

use crate::array::{Held, View};
use crate::error::{Failure, Result};

/// `(start, end, rejected, channel)` of a segment.
pub(crate) type SegmentRow = (f64, f64, bool, Option<u16>);
/// `(label, onset, offset, score, channel)` of an event.
pub(crate) type FoundRow = (String, f64, Option<f64>, f32, Option<u16>);

/// A table that other programs take by the Arrow C data interface, without a copy.
#[pyclass(frozen, module = "sourcing_sound._native")]
pub(crate) struct Table {
    batch: RecordBatch,
}

#[pymethods]
impl Table {
    #[getter]
    fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn schema_capsule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.batch.schema()).map_err(Failure::from)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    fn stream_capsule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        let stream = FFI_ArrowArrayStream::new(Box::new(batches));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        Failure::coded("internal", error.to_string())
    }
}

/// The segments of a recording, whose scores are `[segments][labels]`.
///
/// # Errors
/// `config` if the scores are not those of the classifier.
pub(crate) fn segments(
    classifier: &Classifier,
    file: &str,
    rows: Vec<SegmentRow>,
    scores: &Bound<'_, PyAny>,
    top: Option<usize>,
) -> Result<Table> {
    let held = Held::new(scores)?;
    let View::F32(scores) = held.view()? else {
        return Err(Failure::Type("the scores are not float32".to_owned()));
    };
    let mut table = SegmentRows::new(classifier, Shown::new(top, classifier));
    for ((start, end, rejected, channel), scores) in rows.into_iter().zip(scores.rows()) {
        let prediction = classifier.prediction((start, end), scores.to_vec(), rejected)?;
        table.push(&recording(file, channel), &prediction)?;
    }
    Ok(Table { batch: table.take()? })
}

/// The events of a recording.
///
/// # Errors
/// None that can happen.
pub(crate) fn events(classifier: &Classifier, file: &str, rows: Vec<FoundRow>) -> Result<Table> {
    let mut table = EventRows::new(classifier);
    for (label, onset, offset, score, channel) in rows {
        table.push(&recording(file, channel), &SoundEvent { label, onset, offset, score });
    }
    Ok(Table { batch: table.take()? })
}

/// A recording that failed, as a table of segments or of events.
///
/// # Errors
/// None that can happen.
pub(crate) fn failed(
    classifier: &Classifier,
    file: &str,
    code: &str,
    of_events: bool,
) -> Result<Table> {
    let recording = recording(file, None);
    let batch = if of_events {
        let mut table = EventRows::new(classifier);
        table.push_error(&recording, code);
        table.take()?
    } else {
        let mut table = SegmentRows::new(classifier, Shown::new(None, classifier));
        table.push_error(&recording, code)?;
        table.take()?
    };
    Ok(Table { batch })
}

fn recording(file: &str, channel: Option<u16>) -> Recording {
    Recording { file: file.to_owned(), channel, ..Recording::default() }
}
