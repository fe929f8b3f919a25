//! A classifier. It is never modified, so threads share it without a lock.

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use sourcing_sound::{ColumnStream, FrontEnd, Pcm};
use sourcing_sound_results::Clip;

use crate::array::{Held, View};
use crate::error::{Failure, Result};
use crate::model::Loaded;
use crate::run::{self, Channels, Plan};
use crate::scored::{self, Scored, matrix};
use crate::source::{Given, checked_rate};
use crate::stream::Stream;
use crate::table::{self, FoundRow, Rows, SegmentRow, Table};
use crate::work::{Signals, detached};

/// The most labels, because their indices are returned as 16 bits.
const MAX_LABELS: usize = 1 << 16;

/// A model, with or without a head.
#[pyclass(frozen, module = "sourcing_sound._native")]
pub(crate) struct Classifier {
    classifier: sourcing_sound::Classifier,
}

/// The order of the labels by score, and the scores of groups.
type Ranks = (Py<PyArray2<u16>>, Py<PyArray2<f32>>);
/// Vectors, scores, hop and length of the windows in seconds, and codes and texts of warnings.
type Embedded =
    (Py<PyArray2<f32>>, Py<PyArray2<f32>>, Py<PyArray1<f64>>, f64, f64, Vec<(String, String)>);

#[pymethods]
impl Classifier {
    #[new]
    #[pyo3(signature = (model_name, model, head_name, head, head_only))]
    fn new(
        py: Python<'_>,
        model_name: Option<&str>,
        model: Option<&[u8]>,
        head_name: Option<&str>,
        head: Option<&[u8]>,
        head_only: bool,
    ) -> PyResult<Self> {
        let classifier = detached(py, || {
            let loaded = Loaded::model(model_name, model)?.with_head(head_name, head)?;
            loaded.classifier(head_only)
        })?;
        let labels = classifier.metadata().labels.len();
        if labels > MAX_LABELS {
            let message = format!("the labels are {labels}, the limit is {MAX_LABELS}");
            return Err(Failure::coded("limit", message).into());
        }
        Ok(Classifier { classifier })
    }

    #[getter]
    fn name(&self) -> &str {
        &self.classifier.metadata().name
    }

    #[getter]
    fn description(&self) -> &str {
        &self.classifier.metadata().description
    }

    #[getter]
    fn licence(&self) -> &str {
        &self.classifier.metadata().card.licence
    }

    #[getter]
    fn model_sha256(&self) -> &str {
        self.classifier.model().sha256()
    }

    #[getter]
    fn engine(&self) -> &'static str {
        self.classifier.model().engine().name()
    }

    #[getter]
    fn labels(&self) -> Vec<&str> {
        self.classifier.metadata().labels.iter().collect()
    }

    #[getter]
    fn head_labels(&self) -> usize {
        self.classifier.head_labels()
    }

    #[getter]
    fn groups(&self) -> Vec<&str> {
        let taxonomy = self.classifier.metadata().taxonomy.as_ref();
        let groups = taxonomy.map(|taxonomy| taxonomy.groups()).unwrap_or_default();
        groups.iter().map(|group| group.name.as_str()).collect()
    }

    #[getter]
    fn label_groups(&self) -> Vec<usize> {
        let taxonomy = self.classifier.metadata().taxonomy.as_ref();
        taxonomy.map(|taxonomy| taxonomy.label_groups().to_vec()).unwrap_or_default()
    }

    #[getter]
    fn sample_rate(&self) -> u32 {
        self.classifier.metadata().front_end.sample_rate
    }

    #[getter]
    fn segment_seconds(&self) -> f64 {
        self.classifier.metadata().segment_seconds()
    }

    #[getter]
    fn hop_seconds(&self) -> f64 {
        self.classifier.metadata().decision.hop_seconds
    }

    #[getter]
    fn embedding_size(&self) -> Option<usize> {
        self.classifier.model().metadata().embedding_size
    }

    #[pyo3(signature = (source, sample_rate, channel, hop_seconds, start, end, threads))]
    #[allow(clippy::too_many_arguments, reason = "they are those of one Python call")]
    fn classify(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        sample_rate: Option<i64>,
        channel: i64,
        hop_seconds: Option<f64>,
        start: f64,
        end: Option<f64>,
        threads: usize,
    ) -> PyResult<Vec<Scored>> {
        let channels = Channels::new(channel)?;
        let plan = Plan { channels, hop_seconds, start, end, threads };
        let given = Given::new(source, sample_rate)?;
        let input = given.input()?;
        let outcomes = detached(py, || run::classify(&self.classifier, &input, plan))?;
        Ok(outcomes.into_iter().map(|outcome| Scored::new(py, outcome)).collect::<Result<_>>()?)
    }

    /// Returns `(order [segments][labels], group scores [segments][groups])` of scores
    /// `[segments][labels]`.
    #[pyo3(signature = (scores))]
    fn ranks(&self, py: Python<'_>, scores: &Bound<'_, PyAny>) -> PyResult<Ranks> {
        let held = Held::new(scores)?;
        let View::F32(scores) = held.view()? else {
            return Err(Failure::Type("the scores are not float32".to_owned()).into());
        };
        let rows = scores.nrows();
        let (order, groups) = detached(py, || scored::ranks(&self.classifier, scores))?;
        Ok((matrix(py, order, rows)?, matrix(py, groups, rows)?))
    }

    /// Returns `(vectors [windows][size], scores [windows][labels of the model], seconds from one
    /// window to the next, seconds of a window, warnings)`
    #[pyo3(signature = (source, sample_rate, channel))]
    fn embed(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        sample_rate: Option<i64>,
        channel: i64,
    ) -> PyResult<Embedded> {
        let channel = Channels::new(channel)?.one()?;
        let given = Given::new(source, sample_rate)?;
        let input = given.input()?;
        let (patches, seconds, warnings) = detached(py, || {
            let mut source = input.open(channel, 0.0)?;
            let rate = source.rate();
            let mut stream = self.classifier.patch_stream(rate)?;
            let mut signals = Signals::new();
            let (mut patches, mut samples) = (Vec::new(), 0);
            while let Some(block) = source.next_block()? {
                samples += block.len();
                patches.extend(stream.push(block)?);
                signals.check()?;
            }
            patches.extend(stream.finish()?);
            let seconds = samples as f64 / f64::from(rate.hz());
            Ok((patches, seconds, scored::texts(&source.warnings())))
        })?;
        let metadata = self.classifier.model().metadata();
        let column_seconds = metadata.front_end.column_seconds();
        let layout = metadata.patch;
        let frames = layout.map_or(metadata.segment_frames, |layout| layout.frames);
        let hop = layout.map_or(metadata.segment_frames, |layout| layout.hop_frames);
        let rows = patches.len();
        let scores = patches.iter().flat_map(|patch| patch.scores.iter().copied()).collect();
        let vectors = patches.into_iter().flat_map(|patch| patch.embedding).collect();
        let (vectors, scores) = (matrix(py, vectors, rows)?, matrix(py, scores, rows)?);
        let starts = PyArray1::from_vec(py, metadata.patch_starts(rows, seconds)).unbind();
        let (hop, window) = (hop as f64 * column_seconds, frames as f64 * column_seconds);
        Ok((vectors, scores, starts, hop, window, warnings))
    }

    /// `[columns][n_mels]`
    #[pyo3(signature = (source, sample_rate, channel))]
    fn log_mel(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        sample_rate: Option<i64>,
        channel: i64,
    ) -> PyResult<Py<PyArray2<f32>>> {
        let channel = Channels::new(channel)?.one()?;
        let given = Given::new(source, sample_rate)?;
        let input = given.input()?;
        let config = &self.classifier.metadata().front_end;
        let columns = detached(py, || {
            let mut source = input.open(channel, 0.0)?;
            let source_rate = source.rate();
            let mut stream = ColumnStream::new(FrontEnd::new(config.clone())?, source_rate)?;
            let mut signals = Signals::new();
            let mut columns = Vec::new();
            while let Some(block) = source.next_block()? {
                stream.push(Pcm::new(block, source_rate)?.samples(), &mut columns)?;
                signals.check()?;
            }
            stream.finish(&mut columns)?;
            Ok(columns)
        })?;
        let n_mels = config.n_mels;
        let rows = columns.len() / n_mels;
        let columns = PyArray1::from_vec(py, columns);
        Ok(columns.reshape([rows, n_mels])?.unbind())
    }

    #[pyo3(signature = (sample_rate, channel, hop_seconds, smoothing_seconds, rejection_threshold, event_on, event_off))]
    #[allow(clippy::too_many_arguments, reason = "they are those of one Python call")]
    fn stream(
        &self,
        sample_rate: i64,
        channel: i64,
        hop_seconds: Option<f64>,
        smoothing_seconds: Option<f64>,
        rejection_threshold: Option<f32>,
        event_on: Option<f32>,
        event_off: Option<f32>,
    ) -> PyResult<Stream> {
        let channel = Channels::new(channel)?.one()?;
        let rate = checked_rate(sample_rate)?;
        let config = sourcing_sound::StreamConfig {
            hop_seconds,
            smoothing_seconds,
            rejection_threshold,
            event_on,
            event_off,
        };
        let stream = self.classifier.stream(rate, config).map_err(Failure::from)?;
        Ok(Stream::new(stream, rate, channel))
    }

    #[pyo3(signature = (file, rows, scores, top, start_time_us))]
    fn segments_table(
        &self,
        py: Python<'_>,
        file: &str,
        rows: Vec<SegmentRow>,
        scores: &Bound<'_, PyAny>,
        top: Option<usize>,
        start_time_us: Option<i64>,
    ) -> PyResult<Table> {
        Ok(table::segments(py, &self.classifier, file, rows, scores, top, start_time_us)?)
    }

    #[pyo3(signature = (file, rows, start_time_us))]
    fn events_table(
        &self,
        py: Python<'_>,
        file: &str,
        rows: Vec<FoundRow>,
        start_time_us: Option<i64>,
    ) -> PyResult<Table> {
        Ok(table::events(py, &self.classifier, file, rows, start_time_us)?)
    }

    #[pyo3(signature = (file, label, recording, fold, starts, vectors, scores))]
    #[allow(clippy::too_many_arguments, reason = "they are those of one Python call")]
    fn embeddings_table(
        &self,
        py: Python<'_>,
        file: String,
        label: Option<String>,
        recording: Option<String>,
        fold: Option<i32>,
        starts: &Bound<'_, PyAny>,
        vectors: &Bound<'_, PyAny>,
        scores: &Bound<'_, PyAny>,
    ) -> PyResult<Table> {
        let clip = Clip { file, label, recording, fold };
        Ok(table::embeddings(py, &self.classifier, &clip, starts, vectors, scores)?)
    }

    fn failed_table(&self, file: &str, code: &str, rows: &str) -> PyResult<Table> {
        Ok(table::failed(&self.classifier, file, code, Rows::new(rows)?)?)
    }
}
