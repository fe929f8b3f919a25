//! Turns examples of sounds into a head.

use pyo3::prelude::*;
use sourcing_sound::{Background, Pcm, Report, Share};

use crate::model::Loaded;
use crate::run::Channels;
use crate::source::Given;
use crate::work::{Exclusive, detached};

/// The longest recording that a teacher takes, in seconds: nothing beyond it is read.
const MAX_SECONDS: u64 = 3_600;

/// `(label, recording, start, seconds, level, clipped)`
type ExampleRow = (Option<String>, String, f64, f64, f32, bool);
/// `(hits, of, low, high)`: a share and its 95% interval.
type ShareRow = (usize, usize, f64, f64);
/// `(label, examples, recordings, recall, precision, others, mistaken)`
type LabelRow = (String, usize, usize, Option<ShareRow>, Option<ShareRow>, usize, Option<ShareRow>);
/// `(kind, label, recordings, message)`
type FindingRow = (&'static str, String, Vec<String>, String);
/// `(file, report as text, labels, findings)`
type TaughtRow = (String, String, Vec<LabelRow>, Vec<FindingRow>);

/// Collects examples of sounds, and trains heads from them.
#[pyclass(frozen, module = "sourcing_sound._native")]
pub(crate) struct Teacher {
    teacher: Exclusive<sourcing_sound::Teacher>,
}

#[pymethods]
impl Teacher {
    #[new]
    fn new(py: Python<'_>) -> PyResult<Self> {
        let teacher = detached(py, || {
            let model = Loaded::model(None, None)?.model;
            Ok(sourcing_sound::Teacher::new(model, Background::everyday()?)?)
        })?;
        Ok(Teacher { teacher: Exclusive::new("teacher", teacher) })
    }

    #[pyo3(signature = (label, recording, source, sample_rate, channel))]
    fn add(
        &self,
        py: Python<'_>,
        label: Option<&str>,
        recording: &str,
        source: &Bound<'_, PyAny>,
        sample_rate: Option<i64>,
        channel: i64,
    ) -> PyResult<usize> {
        let teacher = self.teacher.take()?;
        let channel = Channels::new(channel)?.one()?;
        let given = Given::new(source, sample_rate)?;
        let input = given.input()?;
        let added = teacher.detached(py, |teacher| {
            let (samples, rate) = input.whole_within(channel, MAX_SECONDS)?;
            let pcm = Pcm::new(&samples, rate)?;
            Ok(match label {
                Some(label) => teacher.add(label, recording, pcm)?,
                None => teacher.add_background(recording, pcm)?,
            })
        })?;
        Ok(added)
    }

    fn merge(&self, py: Python<'_>, file: &[u8]) -> PyResult<usize> {
        Ok(self.teacher.take()?.detached(py, |teacher| Ok(teacher.merge(file)?))?)
    }

    #[getter]
    fn examples(&self) -> PyResult<Vec<ExampleRow>> {
        let row = |one: &sourcing_sound::Example| {
            let (label, recording) = (one.label.clone(), one.recording.clone());
            (label, recording, one.start, one.seconds, one.level, one.clipped)
        };
        Ok(self.teacher.take()?.with(|teacher| teacher.examples().iter().map(row).collect()))
    }

    /// Returns whether there was an example with this index.
    fn remove(&self, index: usize) -> PyResult<bool> {
        Ok(self.teacher.take()?.with(|teacher| teacher.remove(index).is_some()))
    }

    fn train(&self, py: Python<'_>, name: &str) -> PyResult<TaughtRow> {
        let taught = self.teacher.take()?.detached(py, |teacher| Ok(teacher.train(name)?))?;
        let (labels, findings) = report(&taught.report);
        Ok((taught.to_json(), taught.report.to_string(), labels, findings))
    }
}

fn report(report: &Report) -> (Vec<LabelRow>, Vec<FindingRow>) {
    let labels = report.labels.iter().map(|one| {
        let [recall, precision, mistaken] =
            [one.recall, one.precision, one.mistaken].map(|one| one.map(share));
        let label = one.label.clone();
        (label, one.examples, one.recordings, recall, precision, one.others, mistaken)
    });
    let findings = report.findings.iter().map(|one| {
        (one.kind.name(), one.label.clone(), one.recordings.clone(), one.message.clone())
    });
    (labels.collect(), findings.collect())
}

fn share(share: Share) -> ShareRow {
    let (low, high) = share.interval();
    (share.hits, share.of, low, high)
}
