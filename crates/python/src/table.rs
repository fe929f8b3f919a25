//! Turns predictions and events into Arrow tables, with the columns of `docs/guide/results.md`.

use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use sourcing_sound::{Classifier, SoundEvent};
use sourcing_sound_results::arrow_array::ffi::FFI_ArrowSchema;
use sourcing_sound_results::arrow_array::ffi_stream::FFI_ArrowArrayStream;
use sourcing_sound_results::arrow_array::{RecordBatch, RecordBatchIterator};
use sourcing_sound_results::arrow_schema::ArrowError;
use sourcing_sound_results::{Clip, EmbeddingRows, EventRows, Recording, SegmentRows, Shown};

use crate::array::{Held, View};
use crate::error::{Failure, Result};
use crate::work::detached;

/// `(start, end, rejected, channel)` of a segment.
pub(crate) type SegmentRow = (f64, f64, bool, Option<u16>);
/// `(label, onset, offset, score, channel)` of an event.
pub(crate) type FoundRow = (String, f64, Option<f64>, f32, Option<u16>);

/// The kind of rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Segments,
    Events,
    Embeddings,
}

impl Rows {
    /// # Errors
    /// `config` for another name.
    pub(crate) fn new(name: &str) -> Result<Self> {
        match name {
            "segments" => Ok(Rows::Segments),
            "events" => Ok(Rows::Events),
            "embeddings" => Ok(Rows::Embeddings),
            _ => Err(Failure::config(format!(
                "rows is {name:?}, expected \"segments\", \"events\" or \"embeddings\""
            ))),
        }
    }
}

/// A table that other programs read through the Arrow C data interface, without copying.
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

/// Returns the segments of a recording with their scores, `[segments][labels]`; `start_time_us` is
/// when it began, in microseconds since the start of 1970 in UTC.
///
/// # Errors
/// `config` if the scores are not those of the classifier.
pub(crate) fn segments(
    py: Python<'_>,
    classifier: &Classifier,
    file: &str,
    rows: Vec<SegmentRow>,
    scores: &Bound<'_, PyAny>,
    top: Option<usize>,
    start_time_us: Option<i64>,
) -> Result<Table> {
    let held = Held::new(scores)?;
    let View::F32(scores) = held.view()? else {
        return Err(Failure::Type("the scores are not float32".to_owned()));
    };
    detached(py, || {
        let mut table = SegmentRows::new(classifier, Shown::new(top, classifier));
        for ((start, end, rejected, channel), scores) in rows.into_iter().zip(scores.rows()) {
            let prediction = classifier.prediction((start, end), scores.to_vec(), rejected)?;
            table.push(&recording(file, channel, start_time_us), &prediction)?;
        }
        Ok(Table { batch: table.take()? })
    })
}

/// Returns the events of a recording, which began at `start_time_us` as in [`segments`].
///
/// # Errors
/// None in practice.
pub(crate) fn events(
    py: Python<'_>,
    classifier: &Classifier,
    file: &str,
    rows: Vec<FoundRow>,
    start_time_us: Option<i64>,
) -> Result<Table> {
    detached(py, || {
        let mut table = EventRows::new(classifier);
        for (label, onset, offset, score, channel) in rows {
            let event = SoundEvent { label, onset, offset, score };
            table.push(&recording(file, channel, start_time_us), &event);
        }
        Ok(Table { batch: table.take()? })
    })
}

/// Returns the windows of a clip, `hop` seconds apart: embeddings `[windows][size]` and the model's
/// scores `[windows][labels]`.
///
/// # Errors
/// `config` if the two are not those of the classifier's model.
pub(crate) fn embeddings(
    py: Python<'_>,
    classifier: &Classifier,
    clip: &Clip,
    starts: &Bound<'_, PyAny>,
    vectors: &Bound<'_, PyAny>,
    scores: &Bound<'_, PyAny>,
) -> Result<Table> {
    let starts: Vec<f64> = starts.extract()?;
    let (vectors, scores) = (Held::new(vectors)?, Held::new(scores)?);
    let (View::F32(vectors), View::F32(scores)) = (vectors.view()?, scores.view()?) else {
        return Err(Failure::Type("the vectors or the scores are not float32".to_owned()));
    };
    let metadata = classifier.model().metadata();
    let sizes = (metadata.embedding_size.unwrap_or_default(), metadata.labels.len());
    let rows = [vectors.nrows(), scores.nrows()];
    if (vectors.ncols(), scores.ncols()) != sizes || rows != [starts.len(); 2] {
        let message =
            "these embeddings were made with another model: pass the classifier of theirs";
        return Err(Failure::config(message));
    }
    detached(py, || {
        let mut table = EmbeddingRows::new(classifier);
        for ((start, vector), scores) in starts.iter().zip(vectors.rows()).zip(scores.rows()) {
            table.push(clip, *start, &vector.to_vec(), &scores.to_vec());
        }
        Ok(Table { batch: table.take()? })
    })
}

/// Returns a failed recording as a table of such rows.
///
/// # Errors
/// None in practice.
pub(crate) fn failed(classifier: &Classifier, file: &str, code: &str, rows: Rows) -> Result<Table> {
    let recording = recording(file, None, None);
    let batch = match rows {
        Rows::Segments => {
            let mut table = SegmentRows::new(classifier, Shown::new(None, classifier));
            table.push_error(&recording, code)?;
            table.take()?
        }
        Rows::Events => {
            let mut table = EventRows::new(classifier);
            table.push_error(&recording, code);
            table.take()?
        }
        Rows::Embeddings => {
            let mut table = EmbeddingRows::new(classifier);
            table.push_error(&Clip { file: recording.file, ..Clip::default() }, code);
            table.take()?
        }
    };
    Ok(Table { batch })
}

fn recording(file: &str, channel: Option<u16>, start_time_us: Option<i64>) -> Recording {
    Recording { file: file.to_owned(), channel, start_time_us }
}
